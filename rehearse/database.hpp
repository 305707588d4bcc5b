#pragma once
// What is in the database before the upgrade, and what is left of it afterwards.

#include "cluster/layout.hpp"
#include "datasource/connection.hpp"
#include "datasource/schema.hpp"
#include "suite/manifest.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace locum::rehearse {

class Postgresql;

// For what may take long: where it writes what it says, and whether it is to be given up.
struct Patience {
    std::string log_file;
    std::function<bool()> cancelled;
};

// The text of --database names a file that is no program: a dump. Throws Error(usage) where it
// looks like a file and is none.
bool is_dump(const std::string& named);

// Loads a dump into the empty database: SQL text, or one of pg_dump's archives; of the embedded
// database SQL text or its file. The application gets the rights on its tables.
void load_dump(const std::string& file, const datasource::Settings& settings,
               const Postgresql* server, const Patience& patience);
// Runs a command that fills the database. Throws Error(failed) with what it said.
void run_generator(const std::string& text, const std::map<std::string, std::string>& environment,
                   const Patience& patience);

// Bytes of the whole database; of an embedded one with what is in its log still.
std::uint64_t size_of(const datasource::Settings& settings);
// The same of one of SQLite's files; 0: it is not there.
std::uint64_t size_of(const std::string& file);

// The number of rows of each table of the suite, but for those of `without`.
std::map<std::string, std::int64_t> row_counts(datasource::Connection& connection,
                                               const std::vector<std::string>& without);
// "device: 2000 rows before, 1990 after", for tables of both that lost some.
std::vector<std::string> lost_rows(const std::map<std::string, std::int64_t>& before,
                                   const std::map<std::string, std::int64_t>& after);

// What a database has that was made new with this version's migrations, beside one that was
// upgraded: tables, columns with their type and whether they may be NULL, primary keys. Both in one
// line each: "column device.note: text; expected text not null".
std::vector<std::string> differences(const datasource::Schema& expected,
                                     const datasource::Schema& found);

} // namespace locum::rehearse
