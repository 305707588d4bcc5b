// Migrations by a command, on both engines: what is left when it fails.

#include "tests/integration/datasource/migrated_place.hpp"
#include "tests/support/child.hpp"

using namespace locum;
using namespace locum::testing;

TEST_CASE("a command that fails: the parts before it stay, and the message tells how far it came") {
    for (const Kind kind : both) {
        Place place(kind);
        const std::string what =
            place.run({{"1",
                        "2",
                        {sql("INSERT INTO t VALUES (1)"),
                         command(child({"err", "no such thing", "exit", "1"}))}}});
        CHECK(
            holds(what, "it ended with exit code 1; expected exit code 0; it said: no such thing"));
        CHECK(holds(what, "running the last part of 2: command"));
        CHECK(holds(place.last_remedy, place.log()));
        CHECK(place.rows() == "1");
        CHECK(schema_version(*place.connection, version) == "1");
        CHECK(place.remembered.back() == "the last part of 2: command");
    }
}

TEST_CASE("a command that says something else than expected has failed") {
    for (const Kind kind : both) {
        Place place(kind);
        MigrationPart part = command(child({"out", "migrated 3 tables", "out", " not migrated"}));
        part.output = "migrated";
        const std::string what = place.run({{"1", "2", {part}}});
        CHECK(holds(what, "it did not print the line 'migrated'"));
        CHECK(schema_version(*place.connection, version) == "1");
    }
}

TEST_CASE("a program that is missing, and SQL that fails behind a command") {
    for (const Kind kind : both) {
        Place place(kind);
        const MigrationPart missing = command({"/nowhere/migrate"});
        CHECK(holds(place.run({{"1", "2", {missing}}}), "/nowhere/migrate"));
        CHECK(holds(
            place.run({{"1",
                        "2",
                        {command(child({"exit", "0"})), sql("INSERT INTO t VALUES (1); INSERT INTO "
                                                            "nothing VALUES (1)")}}}),
            "running the last part of 2: part.sql"));
        CHECK(place.rows() == "0");
        CHECK(schema_version(*place.connection, version) == "1");
    }
}

TEST_CASE("the check before a part stops the command") {
    Place place(Kind::sqlite);
    const std::string ran = place.scratch.path("ran");
    CHECK_THROWS_AS(
        migrate(*place.connection, {{"1", "2", {command(child({"append", ran, ""}))}}}, version,
                [](Connection&) { throw engine::Error("the lease is lost"); },
                {[&](const MigrationPart& part) { run_command(part, place.settings, place.log()); },
                 nullptr}),
        engine::Error);
    CHECK_FALSE(platform::exists(ran));
}

TEST_CASE("a password that a password file cannot hold is refused, and not told") {
    Place place(Kind::postgresql);
    Settings settings = place.settings;
    settings.locum.password = engine::Secret("two\ncanaries");
    const std::string why = refusal([&] {
        run_command(command(child({"exit", "0"})), settings, place.log());
    });
    CHECK(holds(why, "line break"));
    CHECK_FALSE(holds(why, "canaries"));
}

TEST_CASE("a chain with a command is not run in one transaction by mistake") {
    Place place(Kind::sqlite);
    CHECK_THROWS_AS(
        migrate(*place.connection, {{"1", "2", {command(child({"exit", "0"}))}}}, version, {}),
        engine::Error);
}
