#include "datasource/migration.hpp"

#include "engine/error.hpp"
#include "tests/support/migrations.hpp"
#include "tests/unit/datasource/scratch.hpp"

#include <doctest/doctest.h>

using namespace locum;
using namespace locum::datasource;

namespace {

Migration step(const std::string& from, const std::string& to) {
    return sql_migration(from, to, "", from + "-" + to + ".sql");
}

std::vector<std::string> names(const std::vector<Migration>& steps) {
    std::vector<std::string> all;
    for (const Migration& each : steps)
        all.push_back(each.run.at(0).name);
    return all;
}

} // namespace

TEST_CASE("the shortest way from one schema version to another is found") {
    const std::vector<Migration> all{step("", "1.0"),    step("1.0", "1.1"), step("1.1", "2.0"),
                                     step("1.0", "2.0"), step("2.0", "3.0"), step("3.0", "2.0")};
    CHECK(names(path(all, "1.0", "3.0")) == std::vector<std::string>{"1.0-2.0.sql", "2.0-3.0.sql"});
    CHECK(names(path(all, "", "1.1")) == std::vector<std::string>{"-1.0.sql", "1.0-1.1.sql"});
    CHECK(path(all, "2.0", "2.0").empty());
    try {
        path(all, "2.0", "1.0");
        FAIL("expected an error");
    } catch (const engine::Error& error) {
        CHECK(error.kind() == engine::Kind::refused);
        CHECK(!error.remedy().empty());
    }
}

TEST_CASE("a rebuild of a table that others refer to keeps their rows on SQLite") {
    const Scratch scratch;
    const auto database = scratch.open("a.db");
    database->script("CREATE TABLE v (version TEXT); INSERT INTO v VALUES ('1');"
                     "CREATE TABLE device (id INTEGER PRIMARY KEY, name TEXT);"
                     "CREATE TABLE seen (device INTEGER REFERENCES device(id) ON DELETE CASCADE);"
                     "INSERT INTO device VALUES (1, 'a'); INSERT INTO seen VALUES (1)");
    const VersionStatements version{"SELECT version FROM v", "UPDATE v SET version = $1"};
    migrate(*database,
            {sql_migration("1", "2",
                           "CREATE TABLE new_device (id INTEGER PRIMARY KEY, name TEXT NOT NULL);"
                           "INSERT INTO new_device SELECT * FROM device; DROP TABLE device;"
                           "ALTER TABLE new_device RENAME TO device",
                           "rebuild.sql")},
            version, {});
    CHECK(database->query("SELECT count(*) FROM seen").at(0).at(0) == "1");
    CHECK(database->query("PRAGMA foreign_keys").at(0).at(0) == "1");
    CHECK_THROWS_AS(database->script("INSERT INTO seen VALUES (7)"), engine::Error);
}
