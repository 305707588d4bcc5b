#include "datasource/objects.hpp"

#include "tests/unit/datasource/scratch.hpp"

#include <doctest/doctest.h>

using namespace locum;
using namespace locum::datasource;

TEST_CASE("objects of an SQLite file: tables and views, and only the new ones are dropped") {
    const Scratch scratch;
    const auto database = scratch.open("a.db");
    database->script("CREATE TABLE theirs (id INTEGER PRIMARY KEY); INSERT INTO theirs VALUES (7)");
    const std::vector<Object> before = objects(*database);
    CHECK(before == std::vector<Object>{{"table", "\"theirs\""}});
    database->script("CREATE TABLE \"a \"\"b\" (id INTEGER PRIMARY KEY AUTOINCREMENT);"
                     "CREATE TABLE c (id INTEGER REFERENCES \"a \"\"b\"); CREATE INDEX i ON c (id);"
                     "INSERT INTO \"a \"\"b\" VALUES (1); INSERT INTO c VALUES (1);"
                     "CREATE VIEW v AS SELECT * FROM c");
    CHECK(objects(*database).size() == 4);
    drop_all_but(*database, before);
    CHECK(objects(*database) == before);
    CHECK(database->query("SELECT id FROM theirs") == Rows{{"7"}});
}
