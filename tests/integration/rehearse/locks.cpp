// How long a migration keeps others from a table, as the watch beside it sees it on a real
// PostgreSQL.

#include "datasource/migration.hpp"
#include "rehearse/lock_watch.hpp"
#include "tests/support/postgres.hpp"

#include <doctest/doctest.h>

using namespace locum;
using engine::Progress;
using upgrade::Locks;

namespace {

testing::Postgres& server() {
    static testing::Postgres one;
    return one;
}

// What the watch says of a migration by this SQL, run as an upgrade runs it.
Locks watched(const std::string& sql) {
    engine::SilentReporter silent;
    rehearse::MigrationWatch watch(server().settings(), silent);
    watch.step("node-1.last/backup", "", Progress::started, "");
    watch.step("node-1.last/backup", "", Progress::done, "");
    CHECK(!watch.locks());
    watch.step("node-1.last/migrate", "", Progress::started, "");
    const auto connection = server().as_locum();
    datasource::migrate(
        *connection, {{"1", "2", {{"2.sql", "", sql, false, {}, {}}}}},
        {"SELECT version FROM schema_version", "UPDATE schema_version SET version = $1"}, nullptr);
    watch.step("node-1.last/migrate", "", Progress::done, "");
    connection->script("UPDATE schema_version SET version = '1'"); // for the next one
    REQUIRE(watch.locks());
    CHECK(watch.locks()->resolution_ms > 0);
    return *watch.locks();
}

void fill(int rows) {
    server().reset();
    server().as_locum()->script(
        "CREATE TABLE schema_version (version text); INSERT INTO schema_version VALUES ('1');"
        "CREATE TABLE small (id integer);"
        "CREATE TABLE big (id integer, name text);"
        "INSERT INTO big SELECT n, md5(n::text) FROM generate_series(1, " +
        std::to_string(rows) + ") n");
}

} // namespace

TEST_CASE("locks of a migration: a big table that is rewritten is locked longer than one that gets "
          "a column") {
    fill(300'000);
    const Locks column = watched("ALTER TABLE big ADD note text");
    const Locks rewritten = watched("ALTER TABLE big ALTER id TYPE bigint");
    MESSAGE("a column: ", column.writing.ms, " ms, looked at every ", column.resolution_ms,
            " ms; rewritten: ", rewritten.writing.ms, " ms, every ", rewritten.resolution_ms);
    CHECK(rewritten.writing.table == "big");
    CHECK(rewritten.reading.table == "big");
    CHECK(rewritten.writing.ms > column.writing.ms);
    CHECK(rewritten.reading.ms > column.reading.ms);
}

TEST_CASE("locks of a migration: no time is told shorter than it was, and none of a table that was "
          "free") {
    fill(10);
    const Locks locks = watched("LOCK TABLE small IN SHARE MODE; SELECT pg_sleep(0.1);"
                                "LOCK TABLE big IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(0.15)");
    CHECK(locks.writing.table == "small");
    CHECK(locks.writing.ms >= 250);
    CHECK(locks.reading.table == "big");
    CHECK(locks.reading.ms >= 150);
    CHECK(locks.reading.ms < locks.writing.ms);
    const Locks none = watched("INSERT INTO big SELECT n, '' FROM generate_series(1, 1000) n");
    CHECK(none.writing.table.empty());
    CHECK(none.reading.table.empty());
}
