// What is missing on the database is found before anything is changed, with the SQL to run.

#include "datasource/grants.hpp"

#include "datasource/fence.hpp"
#include "tests/integration/datasource/server.hpp"

using namespace locum;
using namespace locum::datasource;
using testing::holds;
using testing::server;

namespace {

std::string found(const Settings& settings) {
    std::string text;
    for (const engine::Finding& finding : check_grants(settings))
        text += engine::to_line(finding) + "\n";
    return text;
}

} // namespace

TEST_CASE("a database that is as it should be has no finding, also while it is fenced") {
    server().reset();
    CHECK(found(server().settings()) == "");
    fence(*server().as_locum(), server().settings());
    CHECK(found(server().settings()) == "");
    unfence(*server().as_locum(), server().settings());
}

TEST_CASE("the SQL that is printed for missing rights makes them") {
    server().reset();
    const auto super = server().as_superuser();
    super->script("ALTER DATABASE suite OWNER TO postgres; REVOKE pg_signal_backend FROM locum");
    const auto findings = check_grants(server().settings());
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].name == "datasource-grants");
    CHECK(holds(findings[0].found, "does not own the database"));
    CHECK(holds(findings[0].found, "cannot create tables"));
    const std::string& remedy = findings[0].remedy;
    const auto sql = remedy.find("ALTER DATABASE \"suite\" OWNER TO \"locum\";");
    REQUIRE(sql != std::string::npos);
    super->script(remedy.substr(sql));
    CHECK(found(server().settings()) == "");
}

TEST_CASE("unreachable, wrong password, missing account, one account for both") {
    server().reset();
    Settings settings = server().settings();
    SUBCASE("unreachable") {
        settings.port = 1;
        CHECK(holds(found(settings), "datasource-unreachable"));
        CHECK(holds(found(settings), "127.0.0.1:1"));
    }
    SUBCASE("the application's password") {
        settings.application.password = engine::Secret("wrong");
        CHECK(holds(found(settings), "password of account \"application\""));
    }
    SUBCASE("no such account") {
        settings.application.user = "nobody else";
        CHECK(holds(found(settings), "CREATE ROLE \"nobody else\" LOGIN"));
    }
    SUBCASE("one account") {
        settings.application = settings.locum;
        CHECK(holds(found(settings), "datasource-one-account"));
    }
    SUBCASE("a superuser") {
        server().as_superuser()->script("ALTER ROLE application SUPERUSER");
        CHECK(holds(found(settings), "it is a superuser"));
        server().as_superuser()->script("ALTER ROLE application NOSUPERUSER");
    }
}

TEST_CASE("tables of others in schema public, and schemas of others, are found") {
    server().reset();
    server().as_superuser()->script("CREATE TABLE public.\"Theirs\" (a int); CREATE SCHEMA other; "
                                    "CREATE TABLE other.t (a int)");
    const auto findings = check_grants(server().settings());
    REQUIRE(findings.size() == 2);
    CHECK(findings[0].name == "datasource-foreign-schema");
    CHECK(holds(findings[0].found, "\"Theirs\" (of postgres)"));
    CHECK(holds(findings[0].remedy, "ALTER TABLE public.\"Theirs\" OWNER TO \"locum\";"));
    CHECK(findings[1].severity == engine::Severity::warning);
    CHECK(holds(findings[1].found, "schema other"));
}

TEST_CASE("the application may use what is there and what comes") {
    server().reset();
    const auto locum = server().as_locum();
    locum->script(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM application;"
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM application;"
        "CREATE TABLE before (id serial)");
    CHECK_THROWS_AS(server().as_application()->query("SELECT * FROM before"), engine::Error);
    allow_application(*locum, server().settings());
    locum->script("CREATE TABLE after (id serial)");
    server().as_application()->script("INSERT INTO before DEFAULT VALUES; DELETE FROM before;"
                                      "INSERT INTO after DEFAULT VALUES; UPDATE after SET id = 2");
    CHECK_THROWS_AS(server().as_application()->script("DROP TABLE after"), engine::Error);
}

TEST_CASE("what was restored without rights is found, with the SQL that gives them") {
    server().reset();
    const auto locum = server().as_locum();
    const auto rights = [&] { return check_application_rights(*locum, server().settings()); };
    CHECK(rights().empty()); // nothing is there yet
    allow_application(*locum, server().settings());
    locum->script("CREATE TABLE used (id serial); CREATE TABLE kept_from_it (id int);"
                  "REVOKE DELETE ON used FROM application");
    CHECK(rights().empty());
    locum->script("REVOKE ALL ON kept_from_it FROM application");
    REQUIRE(rights().size() == 1);
    CHECK(holds(rights()[0].found, "may not use 1 of 2 tables: kept_from_it"));
    const std::string remedy = rights()[0].remedy; // the findings are gone behind it
    locum->script(remedy.substr(remedy.find("GRANT")));
    CHECK(rights().empty());
    locum->script("REVOKE INSERT, UPDATE, DELETE ON used, kept_from_it FROM application");
    REQUIRE(rights().size() == 1);
    CHECK(holds(rights()[0].found, "may not use 2 of 2 tables"));
}

TEST_CASE("SQLite: the folder must be writable, the file a database") {
    const Scratch scratch;
    Settings settings;
    settings.file = scratch.path("suite.db");
    CHECK(found(settings) == "");
    platform::write_file(settings.file,
                         "something else, and long enough to be no database at all....", 0600);
    CHECK(holds(found(settings), "datasource-unreachable"));
}
