// Migrations by a command, on both engines: what it finds, and what is left when it fails.

#include "datasource/migration_command.hpp"

#include "tests/integration/datasource/server.hpp"

using namespace locum;
using namespace locum::datasource;
using testing::holds;
using testing::server;

namespace {

const VersionStatements version{"SELECT version FROM schema_version",
                                "UPDATE schema_version SET version = $1"};

MigrationPart sql(const std::string& text) {
    MigrationPart part;
    part.name = "part.sql";
    part.sql = text;
    return part;
}

MigrationPart shell(const std::string& script) {
    MigrationPart part;
    part.name = "command";
    part.argv = {"/bin/sh", "-c", script};
    part.limit = std::chrono::seconds(20);
    return part;
}

// A database with schema 1, the way to it for a shell, and what a chain with commands did.
struct Place {
    explicit Place(Kind kind) {
        if (kind == Kind::postgresql) {
            server().reset();
            settings = server().settings();
            connection = server().as_locum();
        } else {
            settings.file = scratch.path("a.db");
            connection = scratch.open("a.db");
        }
        migrate(*connection,
                {{"",
                  "1",
                  {sql("CREATE TABLE schema_version (version TEXT NOT NULL); INSERT INTO "
                       "schema_version VALUES (''); CREATE TABLE t (a INTEGER)")}}},
                version, {});
    }

    // The shell's command for SQL. Each client checks what it was told in its environment.
    std::string execute(const std::string& statement) const {
        return settings.kind == Kind::postgresql
                   ? "test $LOCUM_DATASOURCE = postgresql && test -z \"$LOCUM_DATASOURCE_FILE\" && "
                     "psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --command='" +
                         statement + "'"
                   : "test $LOCUM_DATASOURCE = sqlite && python3 -c 'import os, sqlite3; c = "
                     "sqlite3.connect(os.environ[\"LOCUM_DATASOURCE_FILE\"], timeout=5); "
                     "c.execute(\"" +
                         statement + "\"); c.commit()'";
    }

    // "": it went to its end.
    std::string run(const std::vector<Migration>& steps) {
        try {
            migrate(*connection, steps, version, [this](Connection&) { ++checks; },
                    {[this](const MigrationPart& part) { run_command(part, settings, log()); },
                     [this](Connection&, const std::string& part) { remembered.push_back(part); }});
            return "";
        } catch (const engine::Error& error) {
            last_remedy = error.remedy();
            return error.one_line();
        }
    }

    std::string log() const { return log_file.empty() ? scratch.path("migration.log") : log_file; }
    std::string rows() const {
        return connection->query("SELECT count(*) FROM t").at(0).at(0).value();
    }

    Scratch scratch;
    std::string log_file; // instead of one in the scratch folder
    Settings settings;
    std::unique_ptr<Connection> connection;
    int checks = 0;
    std::vector<std::string> remembered;
    std::string last_remedy;
};

constexpr Kind both[] = {Kind::postgresql, Kind::sqlite};

} // namespace

TEST_CASE("a command is a part among others, and the version is recorded after the last") {
    for (const Kind kind : both) {
        Place place(kind);
        MigrationPart command =
            shell(place.execute("INSERT INTO t VALUES (2)") + " && echo '  migrated  '");
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

TEST_CASE("a command that fails: the parts before it stay, and the message tells how far it came") {
    for (const Kind kind : both) {
        Place place(kind);
        const std::string what = place.run(
            {{"1",
              "2",
              {sql("INSERT INTO t VALUES (1)"), shell("echo no such thing >&2; exit 1")}}});
        CHECK(
            holds(what, "it ended with exit code 1; expected exit code 0; it said: no such thing"));
        CHECK(holds(what, "running the last part of 2: command"));
        CHECK(holds(place.last_remedy, place.log()));
        CHECK(place.rows() == "1");
        CHECK(schema_version(*place.connection, version) == "1");
        CHECK(place.remembered.back() == "the last part of 2: command");
    }
}

TEST_CASE("a full disk below the log says nothing of what a command did") {
    for (const Kind kind : both) {
        Place place(kind);
        place.log_file = "/dev/full";
        CHECK(place.run({{"1", "2", {shell(place.execute("INSERT INTO t VALUES (2)"))}}}) == "");
        CHECK(place.rows() == "1");
        CHECK(schema_version(*place.connection, version) == "2");
        CHECK(holds(place.run({{"2", "3", {shell("echo no such thing >&2; exit 1")}}}),
                    "it ended with exit code 1; expected exit code 0; it said: no such thing"));
    }
}

TEST_CASE("a command that says something else than expected has failed") {
    for (const Kind kind : both) {
        Place place(kind);
        MigrationPart command = shell("echo migrated 3 tables; echo ' not migrated'");
        command.output = "migrated";
        const std::string what = place.run({{"1", "2", {command}}});
        CHECK(holds(what, "it did not print the line 'migrated'"));
        CHECK(schema_version(*place.connection, version) == "1");
    }
}

TEST_CASE("a command that hangs is killed with all that it started, on the server too") {
    for (const Kind kind : both) {
        Place place(kind);
        MigrationPart command =
            shell(kind == Kind::postgresql
                      ? "echo begun; " + place.execute("INSERT INTO t SELECT 1 FROM pg_sleep(3)")
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

TEST_CASE("a program that is missing, and SQL that fails behind a command") {
    for (const Kind kind : both) {
        Place place(kind);
        MigrationPart missing = shell("");
        missing.argv = {"/nowhere/migrate"};
        CHECK(holds(place.run({{"1", "2", {missing}}}), "/nowhere/migrate"));
        CHECK(holds(place.run({{"1",
                                "2",
                                {shell("true"), sql("INSERT INTO t VALUES (1); INSERT INTO "
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
        migrate(*place.connection, {{"1", "2", {shell("touch " + ran)}}}, version,
                [](Connection&) { throw engine::Error("the lease is lost"); },
                {[&](const MigrationPart& part) { run_command(part, place.settings, place.log()); },
                 nullptr}),
        engine::Error);
    CHECK_FALSE(platform::exists(ran));
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

TEST_CASE("a password that a password file cannot hold is refused, and not told") {
    Place place(Kind::postgresql);
    Settings settings = place.settings;
    settings.locum.password = engine::Secret("two\ncanaries");
    const std::string why =
        testing::refusal([&] { run_command(shell("true"), settings, place.log()); });
    CHECK(holds(why, "line break"));
    CHECK_FALSE(holds(why, "canaries"));
}

TEST_CASE("a chain with a command is not run in one transaction by mistake") {
    Place place(Kind::sqlite);
    CHECK_THROWS_AS(migrate(*place.connection, {{"1", "2", {shell("true")}}}, version, {}),
                    engine::Error);
}
