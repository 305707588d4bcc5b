#include "datasource/connection.hpp"

#include "engine/error.hpp"

#include <doctest/doctest.h>

using namespace locum::datasource;

TEST_CASE("an identifier is quoted for SQL") {
    CHECK(quoted("device") == "\"device\"");
    CHECK(quoted("Device \"x\"") == "\"Device \"\"x\"\"\"");
    CHECK(quoted("") == "\"\"");
}

TEST_CASE("a datasource type is known by its name") {
    CHECK(kind_from("postgresql") == Kind::postgresql);
    CHECK(kind_from("sqlite") == Kind::sqlite);
    try {
        kind_from("oracle");
        FAIL("expected an error");
    } catch (const locum::engine::Error& error) {
        CHECK(error.kind() == locum::engine::Kind::usage);
        CHECK(std::string(error.what()) == "unknown datasource type \"oracle\"");
    }
}
