// Migrations by a command of a shell, with the clients of both engines: what it finds, and how it
// comes to the database.

#include "tests/integration/datasource/migrated_place.hpp"

using namespace locum;
using namespace locum::testing;

namespace {

MigrationPart shell(const std::string& script) {
    return command({"/bin/sh", "-c", script});
}

// The shell's command for SQL. Each client checks what it was told in its environment.
std::string execute(const Place& place, const std::string& statement) {
    return place.settings.kind == Kind::postgresql
               ? "test $LOCUM_DATASOURCE = postgresql && test -z \"$LOCUM_DATASOURCE_FILE\" && "
                 "psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --command='" +
                     statement + "'"
               : "test $LOCUM_DATASOURCE = sqlite && python3 -c 'import os, sqlite3; c = "
                 "sqlite3.connect(os.environ[\"LOCUM_DATASOURCE_FILE\"], timeout=5); "
                 "c.execute(\"" +
                     statement + "\"); c.commit()'";
}

} // namespace

TEST_CASE("a command is a part among others, and the version is recorded after the last") {
    for (const Kind kind : both) {
        Place place(kind);
        MigrationPart command =
            shell(execute(place, "INSERT INTO t VALUES (2)") + " && echo '  migrated  '");
        command.output = "migrated";
        CHECK(place.run(
                  {{"1",
                    "2",
                    {sql("INSERT INTO t VALUES (1)"), command, sql("INSERT INTO t VALUES (3)")}},
                   {"2", "3", {sql("INSERT INTO t VALUES (4)")}}}) == "");
        CHECK(place.rows() == "4");
        CHECK(schema_version(*place.connection, version) == "3");
        CHECK(place.checks == 7); // in each transaction
        CHECK(place.remembered == std::vector<std::string>{
                                      "part 1 of 4: part.sql, ended", "part 2 of 4: command",
                                      "part 2 of 4: command, ended", "part 3 of 4: part.sql, ended",
                                      "the last part of 4: part.sql, ended", ""});
        CHECK(holds(platform::read_file(place.log()), "  migrated  \n"));
    }
}

TEST_CASE("a full disk below the log says nothing of what a command did") {
    for (const Kind kind : both) {
        Place place(kind);
        place.log_file = "/dev/full";
        CHECK(place.run({{"1", "2", {shell(execute(place, "INSERT INTO t VALUES (2)"))}}}) == "");
        CHECK(place.rows() == "1");
        CHECK(schema_version(*place.connection, version) == "2");
        CHECK(holds(place.run({{"2", "3", {shell("echo no such thing >&2; exit 1")}}}),
                    "it ended with exit code 1; expected exit code 0; it said: no such thing"));
    }
}

TEST_CASE("a command that hangs is killed with all that it started, on the server too") {
    for (const Kind kind : both) {
        Place place(kind);
        MigrationPart command =
            shell(kind == Kind::postgresql
                      ? "echo begun; " + execute(place, "INSERT INTO t SELECT 1 FROM pg_sleep(3)")
                      : "echo begun; sleep 1000 & wait");
        command.limit = std::chrono::seconds(1);
        const std::string what = place.run({{"1", "2", {command}}});
        CHECK(holds(what, "it did not end within 1 s and was killed"));
        CHECK(holds(what, "it said: begun"));
        if (kind == Kind::postgresql)
            CHECK(place.connection->query("SELECT pid FROM pg_stat_activity WHERE application_name "
                                          "= 'locum-migration'") == Rows{});
        CHECK(place.rows() == "0");
        CHECK(schema_version(*place.connection, version) == "1");
    }
}

TEST_CASE("the command reads the password from its file, and nothing else tells it") {
    Place place(Kind::postgresql);
    const std::string secret = place.settings.locum.password.reveal();
    REQUIRE(!secret.empty());
    const std::string seen = place.scratch.path("seen");
    const std::string what = place.run(
        {{"1",
          "2",
          {shell("cat /proc/$$/environ /proc/$$/cmdline | tr '\\0' '\\n' >" + seen +
                 " && stat -L -c '%F %a' \"$PGPASSFILE\" && cat \"$PGPASSFILE\"; exit 3")}}});
    CHECK(holds(what, "it said: regular file 600"));
    CHECK(holds(what, ":{datasource.locum.password}"));
    CHECK_FALSE(holds(what, secret));
    const std::string log = platform::read_file(place.log());
    CHECK(holds(log, ":{datasource.locum.password}"));
    CHECK_FALSE(holds(log, secret));
    CHECK((std::filesystem::status(place.log()).permissions() &
           std::filesystem::perms::others_all) == std::filesystem::perms::none);
    const std::string told = platform::read_file(seen);
    CHECK(holds(told, "PGUSER=" + place.settings.locum.user));
    CHECK_FALSE(holds(told, secret));
    const std::string variable = "\nPGPASSFILE=";
    REQUIRE(holds(told, variable));
    const std::size_t begin = told.find(variable) + variable.size();
    CHECK_FALSE(platform::exists(told.substr(begin, told.find('\n', begin) - begin)));
}
