#pragma once
// Within datasource/ only: the SQLite file that a copy is loaded into.

#include "datasource/stream.hpp"
#include "datasource/value.hpp"

#include <string>

namespace locum::datasource {

// Neither journal nor sync while it is filled: what fails is thrown away as a whole.
class CopyTarget {
public:
    explicit CopyTarget(const std::string& file);

    // Runs the DDL, empties the tables that it may have filled, and sets indexes aside until the
    // rows are there. Throws Error(refused) where a table or column of the schema has no place in
    // it.
    void create(const Schema& schema, const std::string& ddl);
    // What is to be selected of each table, in the order of the schema: "… FROM ONLY public.…".
    std::vector<std::string> selections() const;
    // The rows of the batch. Returns their number.
    std::size_t load(const Batch& batch);
    // Loaded so far, in the order of the schema.
    std::vector<std::int64_t> rows() const;
    // Indexes, the next id of identity columns, foreign keys checked, statistics; all is committed.
    void finish(const std::map<std::string, std::int64_t>& last_assigned);

    Connection& connection() { return *connection_; }

private:
    struct Column {
        std::string name;
        Form form = Form::text;
        std::string select; // what the source is asked for
    };
    struct Destination {
        std::string table;
        std::vector<Column> columns; // those that are inserted
        Statement insert_one;
        Statement insert_many; // rows_at_once of them: a third less work for each
        std::size_t rows_at_once = 1;
        std::vector<BindSpace> spaces; // one for each parameter
        std::int64_t rows = 0;
    };

    void set_aside_indexes();
    void set_last_assigned(const std::string& table, std::int64_t last);
    void analyze();
    Destination destination(const Table& table);
    struct Place {
        std::size_t value = 0; // in Batch::sizes
        std::size_t byte = 0;
    };
    void insert(Destination& to, sqlite3_stmt* statement, const Batch& batch, std::size_t count,
                Place& place);

    std::unique_ptr<Connection> connection_;
    std::vector<Destination> destinations_;
    std::vector<std::string> indexes_; // SQL
};

// A plain SQLite file without WAL, held by this connection alone. For copies only.
std::unique_ptr<Connection> open_for_loading(const std::string& file);
// After rows were put in with foreign keys off.
void require_foreign_keys(Connection& connection);

} // namespace locum::datasource
