#include "datasource/guard.hpp"

#include "engine/error.hpp"
#include "tests/unit/datasource/scratch.hpp"

#include <doctest/doctest.h>

using namespace locum;
using namespace locum::datasource;

namespace {

std::string refusal(Connection& connection, const std::string& sql) {
    try {
        connection.script(sql);
    } catch (const engine::Error& error) {
        return error.what();
    }
    return "accepted";
}

} // namespace

TEST_CASE("a guarded copy refuses writes but to node-local tables") {
    const Scratch scratch;
    const auto copy = scratch.open("copy.db");
    copy->script("CREATE TABLE device (id INTEGER PRIMARY KEY, name TEXT UNIQUE);"
                 "CREATE TABLE \"Odd \"\"name\" (id INTEGER PRIMARY KEY);"
                 "CREATE TABLE session (id INTEGER PRIMARY KEY,"
                 " device INTEGER REFERENCES device(id) ON DELETE CASCADE);"
                 "CREATE TABLE audit (session INTEGER REFERENCES session(id) ON DELETE CASCADE);"
                 "INSERT INTO device VALUES (1, 'a'); INSERT INTO session VALUES (1, 1);"
                 "INSERT INTO audit VALUES (1)");
    CHECK(unguarded(*copy, {"session"}).size() == 3);
    guard(*copy, {"Session"});
    CHECK(unguarded(*copy, {"session"}).empty());

    for (const char* sql :
         {"INSERT INTO device VALUES (2, 'b')", "UPDATE device SET name = 'c'",
          "DELETE FROM device", "REPLACE INTO device VALUES (1, 'z')",
          "INSERT INTO \"Odd \"\"name\" VALUES (1)",
          "INSERT INTO device VALUES (1, 'q') ON CONFLICT (id) DO UPDATE SET name = 'q'"})
        CHECK(refusal(*copy, sql).find(guard_message) != std::string::npos);
    CHECK(refusal(*copy, "INSERT INTO session VALUES (2, 1)") == "accepted");
    CHECK(refusal(*copy, "DELETE FROM session WHERE id = 2") == "accepted");
    // A cascade from a node-local table into another one is a write there too.
    CHECK(refusal(*copy, "DELETE FROM session").find(guard_message) != std::string::npos);

    SUBCASE("a rebuilt table has lost its triggers, and that is seen") {
        copy->script("DROP TABLE audit; CREATE TABLE audit (session INTEGER)");
        CHECK(unguarded(*copy, {"session"}) == std::vector<std::string>{"audit"});
        guard(*copy, {"session"});
        CHECK(unguarded(*copy, {"session"}).empty());
    }
    SUBCASE("guarding anew with another list frees and closes tables") {
        guard(*copy, {"audit"});
        CHECK(refusal(*copy, "DELETE FROM audit") == "accepted");
        CHECK(refusal(*copy, "INSERT INTO session VALUES (3, 1)") != "accepted");
    }
}

TEST_CASE("a node-local table that does not exist is refused, and nothing is guarded") {
    const Scratch scratch;
    const auto copy = scratch.open("copy.db");
    copy->script("CREATE TABLE device (id INTEGER PRIMARY KEY)");
    try {
        guard(*copy, {"sesion"});
        FAIL("expected an error");
    } catch (const engine::Error& error) {
        CHECK(error.kind() == engine::Kind::refused);
        CHECK(std::string(error.what()).find("sesion") != std::string::npos);
    }
    CHECK(refusal(*copy, "INSERT INTO device VALUES (1)") == "accepted");
}
