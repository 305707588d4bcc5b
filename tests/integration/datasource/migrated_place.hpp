#pragma once
// A database that is migrated by chains with commands.

#include "datasource/migration_command.hpp"
#include "tests/integration/datasource/server.hpp"

namespace locum::testing {

using namespace datasource;

inline const VersionStatements version{"SELECT version FROM schema_version",
                                       "UPDATE schema_version SET version = $1"};

inline MigrationPart sql(const std::string& text) {
    MigrationPart part;
    part.name = "part.sql";
    part.sql = text;
    return part;
}

// A database with schema 1, and what a chain with commands did.
struct Place {
    explicit Place(Kind kind) {
        if (kind == Kind::postgresql) {
            server().reset();
            settings = server().settings();
            connection = server().as_locum();
        } else {
            settings.file = scratch.path("a.db");
            connection = scratch.open("a.db");
        }
        migrate(*connection,
                {{"",
                  "1",
                  {sql("CREATE TABLE schema_version (version TEXT NOT NULL); INSERT INTO "
                       "schema_version VALUES (''); CREATE TABLE t (a INTEGER)")}}},
                version, {});
    }

    // "": it went to its end.
    std::string run(const std::vector<Migration>& steps) {
        try {
            migrate(*connection, steps, version, [this](Connection&) { ++checks; },
                    {[this](const MigrationPart& part) { run_command(part, settings, log()); },
                     [this](Connection&, const std::string& part) { remembered.push_back(part); }});
            return "";
        } catch (const engine::Error& error) {
            last_remedy = error.remedy();
            return error.one_line();
        }
    }

    std::string log() const { return log_file.empty() ? scratch.path("migration.log") : log_file; }
    std::string rows() const {
        return connection->query("SELECT count(*) FROM t").at(0).at(0).value();
    }

    locum::Scratch scratch;
    std::string log_file; // instead of one in the scratch folder
    Settings settings;
    std::unique_ptr<Connection> connection;
    int checks = 0;
    std::vector<std::string> remembered;
    std::string last_remedy;
};

inline constexpr Kind both[] = {Kind::postgresql, Kind::sqlite};

// A part that does what the words say (tests/support/child.hpp).
inline MigrationPart command(const std::vector<std::string>& argv) {
    MigrationPart part;
    part.name = "command";
    part.argv = argv;
    part.limit = std::chrono::seconds(20);
    return part;
}

} // namespace locum::testing
