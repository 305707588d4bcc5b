#include "datasource/connection.hpp"

#include "engine/error.hpp"
#include "tests/unit/datasource/scratch.hpp"

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

TEST_CASE("a database file has a path of more than 260 characters, and names beyond ASCII") {
    const locum::Scratch scratch;
    const std::string folder =
        scratch.path(std::string(120, 'a') + "/" + std::string(120, 'b') + "/\xc3\xa4\xe2\x82\xac");
    locum::platform::make_folders(folder);
    const std::string file = folder + "/one.sqlite";
    REQUIRE(file.size() > 260);
    ConnectOptions options;
    options.create = true;
    connect_file(file, options)->script("CREATE TABLE t (a text); INSERT INTO t VALUES ('x')");
    CHECK(locum::platform::exists(file));
    const auto again = connect_file(file, {});
    CHECK(again->query("SELECT a FROM t") == Rows{{"x"}});
    try {
        again->query("SELECT a FROM none");
        FAIL("expected an error");
    } catch (const locum::engine::Error& error) {
        CHECK(std::string(error.what()).find(", file " + file) != std::string::npos);
    }
}
