// A migration is one transaction with its version row, on both engines.

#include "datasource/migration.hpp"

#include "tests/integration/datasource/server.hpp"
#include "tests/support/migrations.hpp"

using namespace locum;
using namespace locum::datasource;
using testing::holds;
using testing::refusal;

namespace {

const VersionStatements version{"SELECT version FROM schema_version",
                                "UPDATE schema_version SET version = $1"};
const Migration first = sql_migration("", "1",
                                      "CREATE TABLE schema_version (version TEXT NOT NULL);"
                                      "INSERT INTO schema_version VALUES ('');"
                                      "CREATE TABLE device (id INTEGER PRIMARY KEY);"
                                      "INSERT INTO device VALUES (1)",
                                      "1.sql");

void contract(Connection& connection) {
    CHECK(schema_version(connection, version) == std::nullopt);
    migrate(connection, {first}, version, {});
    CHECK(schema_version(connection, version) == "1");

    const Migration good =
        sql_migration("1", "2", "ALTER TABLE device ADD COLUMN name TEXT", "2.sql");
    const Migration bad = sql_migration(
        "2", "3", "CREATE TABLE other (a INTEGER);\nINSERT INTO other SELECT x FROM nowhere",
        "3.sql");
    const std::string what = refusal([&] { migrate(connection, {good, bad}, version, {}); });
    CHECK(holds(what, "[42P01]"));
    CHECK(holds(what, "while running 3.sql, while migrating from schema version 2 to 3"));
    CHECK(schema_version(connection, version) == "1");
    CHECK(holds(refusal([&] { connection.query("SELECT name FROM device"); }), "[42703]"));
    CHECK(holds(refusal([&] { connection.query("SELECT * FROM other"); }), "[42P01]"));

    // The lease check runs inside, and stops it.
    CHECK(refusal([&] {
              migrate(connection, {good}, version,
                      [](Connection&) { throw engine::Error("the lease is lost"); });
          }) == "the lease is lost");
    CHECK(schema_version(connection, version) == "1");

    const Migration ends = sql_migration(
        "1", "2", "DELETE FROM device; COMMIT; CREATE TABLE other (a INTEGER)", "ends.sql");
    CHECK(refusal([&] { migrate(connection, {ends}, version, {}); }) != "(none)");
    CHECK(connection.query("SELECT count(*) FROM device") == Rows{{"1"}});
    CHECK(schema_version(connection, version) == "1");

    const Migration silent = sql_migration("1", "2", "DELETE FROM schema_version", "silent.sql");
    CHECK(holds(refusal([&] { migrate(connection, {silent}, version, {}); }),
                "schema version is (none), expected 2"));
    CHECK(holds(refusal([&] { migrate(connection, {bad}, version, {}); }),
                "the schema version is 1, expected 2"));

    const Migration breaks =
        sql_migration("1", "2",
                      "CREATE TABLE seen (device INTEGER REFERENCES device(id) DEFERRABLE "
                      "INITIALLY DEFERRED); INSERT INTO seen VALUES (99)",
                      "breaks.sql");
    CHECK(refusal([&] { migrate(connection, {breaks}, version, {}); }) != "(none)");
    CHECK(schema_version(connection, version) == "1");

    migrate(connection, {good}, version, {});
    CHECK(schema_version(connection, version) == "2");
    CHECK(connection.query("SELECT id, name FROM device") == Rows{{"1", std::nullopt}});
}

} // namespace

TEST_CASE("contract of a migration: SQLite") {
    const Scratch scratch;
    contract(*scratch.open("a.db"));
}

TEST_CASE("contract of a migration: PostgreSQL") {
    const testing::Postgres server;
    contract(*server.as_locum());

    // A COMMIT that only PostgreSQL sees, and then a failure: "undone" would not be true.
    server.reset();
    const auto connection = server.as_locum();
    migrate(*connection, {first}, version, {});
    connection->script("SET standard_conforming_strings = off");
    const Migration hidden = sql_migration(
        "1", "2", "DELETE FROM device; SELECT '\\'' ; COMMIT; SELECT 1 / 0; -- '", "hidden.sql");
    try {
        migrate(*connection, {hidden}, version, {});
        FAIL("nothing was thrown");
    } catch (const engine::Error& error) {
        CHECK(error.kind() == engine::Kind::needs_attention);
        CHECK(holds(error.what(), "hidden.sql ended its transaction by itself, and then failed"));
        CHECK(holds(error.what(), "[22012]"));
        CHECK(!error.remedy().empty());
    }
    CHECK(server.as_locum()->query("SELECT count(*) FROM device") == Rows{{"0"}});

    // Inside a transaction a missing version table must not spoil it.
    server.reset();
}
