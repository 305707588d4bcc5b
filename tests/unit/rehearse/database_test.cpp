#include "rehearse/database.hpp"
#include "tests/support/scratch.hpp"

#include <filesystem>

using namespace locum;
using namespace locum::testing;
using rehearse::Patience;

namespace {

std::unique_ptr<datasource::Connection> made(const std::string& file, const std::string& sql) {
    datasource::ConnectOptions options;
    options.create = true;
    auto connection = datasource::connect_file(file, options);
    connection->script(sql);
    return connection;
}

datasource::Schema schema_of(const Scratch& scratch, const std::string& name,
                             const std::string& sql) {
    return datasource::read_schema(*made(scratch / name, sql));
}

Patience patience(const Scratch& scratch) {
    return {scratch / "log", [] { return false; }};
}

} // namespace

TEST_CASE("rehearse database: a dump of the embedded database is SQL or its file") {
    const Scratch scratch;
    const std::string sql = scratch / "dump.sql";
    platform::write_file(sql,
                         "CREATE TABLE thing (id INTEGER PRIMARY KEY);\n"
                         "INSERT INTO thing VALUES (1), (2);\n",
                         0644);
    datasource::Settings from_sql;
    from_sql.file = scratch / "from-sql";
    rehearse::load_dump(sql, from_sql, nullptr, patience(scratch));
    CHECK(rehearse::row_counts(*datasource::connect_file(from_sql.file, {}), {}) ==
          std::map<std::string, std::int64_t>{{"thing", 2}});
    datasource::Settings from_file;
    from_file.file = scratch / "from-file";
    { datasource::connect_file(from_sql.file, {})->query("VACUUM INTO $1", {scratch / "whole"}); }
    rehearse::load_dump(scratch / "whole", from_file, nullptr, patience(scratch));
    CHECK(rehearse::row_counts(*datasource::connect_file(from_file.file, {}), {"other"}) ==
          std::map<std::string, std::int64_t>{{"thing", 2}});
}

TEST_CASE("rehearse database: tables that lost rows, also with the table") {
    CHECK(rehearse::lost_rows({{"a", 3}, {"b", 3}, {"c", 3}, {"empty", 0}, {"gone", 9}},
                              {{"a", 2}, {"b", 3}, {"c", 4}, {"new", 0}}) ==
          std::vector<std::string>{"a: 3 rows before, 2 after",
                                   "gone: 9 rows before, and no such table after"});
    const Scratch scratch;
    const auto connection = made(scratch / "db", "CREATE TABLE a (x TEXT); CREATE TABLE b (x TEXT);"
                                                 "INSERT INTO a VALUES ('1')");
    CHECK(rehearse::row_counts(*connection, {"b"}) ==
          std::map<std::string, std::int64_t>{{"a", 1}});
}

TEST_CASE("rehearse database: what an upgraded schema has otherwise than one that is made new") {
    const Scratch scratch;
    const datasource::Schema expected =
        schema_of(scratch, "expected",
                  "CREATE TABLE thing (id INTEGER PRIMARY KEY, note TEXT NOT NULL, size INTEGER);"
                  "CREATE TABLE other (id INTEGER PRIMARY KEY)");
    CHECK(rehearse::differences(expected, expected).empty());
    const datasource::Schema found = schema_of(
        scratch, "found",
        "CREATE TABLE thing (id INTEGER, note TEXT, size TEXT, old TEXT, PRIMARY KEY (id, note))");
    CHECK(rehearse::differences(expected, found) ==
          std::vector<std::string>{"column other.id is missing; expected INTEGER",
                                   "column thing.note: TEXT; expected TEXT not null",
                                   "column thing.size: TEXT; expected INTEGER",
                                   "table other is missing; expected primary key (id)",
                                   "table thing: primary key (id, note); expected primary key (id)",
                                   "column thing.old is left over"});
}
