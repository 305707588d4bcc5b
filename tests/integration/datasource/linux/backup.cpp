// A backup is readable, private and restorable by the command that goes with it.

#include "datasource/backup.hpp"

#include "datasource/checksum.hpp"
#include "platform/process.hpp"
#include "tests/integration/datasource/server.hpp"
#include "tests/support/variable.hpp"

using namespace locum;
using namespace locum::datasource;
using testing::holds;

namespace {

std::filesystem::perms mode(const std::string& file) {
    return std::filesystem::status(file).permissions() & std::filesystem::perms::all;
}

struct Path : testing::Variable {
    explicit Path(const std::string& value) : testing::Variable("PATH", value) {}
};

std::string found(const Settings& settings, const std::string& folder) {
    std::string text;
    for (const engine::Finding& finding : check_backup(settings, folder))
        text += engine::to_line(finding) + "\n";
    return text;
}

} // namespace

TEST_CASE("PostgreSQL: backed up without Locum's schemas, restored by the command") {
    const testing::Postgres server;
    const Scratch scratch;
    {
        const auto locum = server.as_locum();
        locum->script("CREATE TABLE device (id serial PRIMARY KEY, name text);"
                      "INSERT INTO device (name) SELECT 'd' || i FROM generate_series(1, 1000) i;"
                      "CREATE SCHEMA locum_suite; CREATE TABLE locum_suite.lease (epoch bigint);"
                      "INSERT INTO locum_suite.lease VALUES (1)");
    }
    const std::string file = scratch.path("backups/it's one.dump");
    const Backup made = back_up(server.settings(), file);
    CHECK(made.file == file);
    CHECK(made.bytes == std::filesystem::file_size(file));
    CHECK(mode(file) == std::filesystem::perms(0600));
    CHECK(platform::list_folder(scratch.path("backups")).size() == 1);
    CHECK(made.restore_command.find("test-only") == std::string::npos);

    const auto before = checksum(*server.as_locum(), read_schema(*server.as_locum()).tables.at(0));
    server.as_locum()->script(
        "UPDATE locum_suite.lease SET epoch = 2; DELETE FROM device WHERE id > 5;"
        "ALTER TABLE device ADD COLUMN more int; CREATE TABLE added (d int REFERENCES device)");
    platform::Command restore;
    restore.argv = {"/bin/sh", "-c", made.restore_command};
    restore.environment["PGPASSWORD"] = server.settings().locum.password.reveal();
    platform::run_checked(restore);
    const auto locum = server.as_locum();
    CHECK(read_schema(*locum).tables.size() == 1);
    CHECK(checksum(*locum, read_schema(*locum).tables.at(0)) == before);
    CHECK(locum->query("SELECT epoch FROM locum_suite.lease") == Rows{{"2"}});
    // The application's rights are back as well, those on tables that are made later too.
    locum->script("CREATE TABLE later (a int)");
    CHECK(server.as_application()->query("SELECT (SELECT count(*) FROM device), count(*) FROM "
                                         "later") == Rows{{"1000", "0"}});
}

TEST_CASE("PostgreSQL: what the programs of a backup are started with tells no password") {
    const testing::Postgres server;
    const Scratch scratch;
    Settings settings = server.settings();
    // All that its file has to have escaped, and more.
    const std::string password = R"(it's:a\b \: # "ü" canary)";
    settings.locum.password = engine::Secret(password);
    server.as_superuser()->script(R"(ALTER ROLE locum PASSWORD 'it''s:a\b \: # "ü" canary')");
    const std::string path = ::getenv("PATH");
    const std::string seen = scratch.path("seen");
    platform::make_folders(scratch.path("bin"));
    for (const std::string tool : {"pg_dump", "pg_restore"})
        platform::write_file(
            scratch.path("bin/" + tool),
            "#!/bin/sh\ncat /proc/$$/environ /proc/$$/cmdline | tr '\\0' '\\n' >>" + seen +
                "\nPATH=" + path + "; exec " + tool + " \"$@\"\n",
            0755);
    {
        const Path watched(scratch.path("bin") + ":" + path);
        const testing::Variable other("PGPASSWORD", "of something else");
        back_up(settings, scratch.path("one.dump"));
    }
    const std::string told = platform::read_file(seen);
    CHECK(holds(told, "PGCONNECT_TIMEOUT=10"));
    CHECK(holds(told, "--format=custom"));
    CHECK(holds(told, "--file=/dev/null"));
    CHECK(!holds(told, "canary"));
    const std::string variable = "\nPGPASSFILE=";
    REQUIRE(holds(told, variable));
    const std::size_t begin = told.find(variable) + variable.size();
    CHECK(!platform::exists(told.substr(begin, told.find('\n', begin) - begin)));
}

TEST_CASE("PostgreSQL: a backup that fails leaves nothing, and tells why") {
    const testing::Postgres server;
    const Scratch scratch;
    Settings settings = server.settings();
    settings.locum.password = engine::Secret("hunter2-canary");
    try {
        back_up(settings, scratch.path("one.dump"));
        FAIL("expected an error");
    } catch (const engine::Error& error) {
        CHECK(error.one_line().find("backing up") != std::string::npos);
        CHECK(error.one_line().find("password authentication failed") != std::string::npos);
        CHECK(error.one_line().find("hunter2") == std::string::npos);
    }
    CHECK(platform::list_folder(scratch.folder()).empty());
}

TEST_CASE("PostgreSQL: what keeps a backup from being made is found before it is") {
    const testing::Postgres server;
    const Scratch scratch;
    const Settings settings = server.settings();
    SUBCASE("nothing; the folder need not be there") {
        CHECK(found(settings, scratch.path("backup/of/it")) == "");
        CHECK(platform::list_folder(scratch.folder()).empty());
    }
    SUBCASE("programs that are missing") {
        const Path path(scratch.folder());
        const std::string text = found(settings, scratch.folder());
        CHECK(holds(text, "backup-tool: found no pg_dump that can be run"));
        CHECK(holds(text, "backup-tool: found no pg_restore that can be run"));
        CHECK(holds(text, "postgresql-client"));
    }
    SUBCASE("a program that is older than the server") {
        platform::write_file(scratch.path("pg_dump"),
                             "#!/bin/sh\necho 'pg_dump (PostgreSQL) 11.2 (Debian 11.2-1)'\n", 0755);
        const Path path(scratch.folder() + ":" + ::getenv("PATH"));
        const std::string text = found(settings, scratch.folder());
        CHECK(holds(text, "backup-tool: found pg_dump (PostgreSQL) 11.2 (Debian 11.2-1); expected "
                          "pg_dump of PostgreSQL"));
        CHECK(!holds(text, "pg_restore"));
    }
    SUBCASE("no space") {
        CHECK(holds(found(settings, "/proc"), "backup-space: found 0 bytes free for /proc"));
        const std::vector<engine::Finding> more = check_backup(settings, "/proc", 2);
        REQUIRE(more.size() == 1);
        CHECK(holds(more[0].expected, "2 times the size of the database"));
        const auto once = std::stoull(check_backup(settings, "/proc").at(0).expected);
        CHECK(std::stoull(more[0].expected) > once + once / 2);
    }
}

TEST_CASE("PostgreSQL: a backup that hangs can be given up, and leaves nothing") {
    const testing::Postgres server;
    const Scratch scratch;
    const auto holder = server.as_locum();
    holder->script("CREATE TABLE device (id int)");
    bool waits = false;
    const auto cancelled = [&] {
        waits = server.as_superuser()
                    ->query("SELECT count(*) FROM pg_locks WHERE NOT granted")
                    .at(0)
                    .at(0) != "0";
        return waits;
    };
    {
        Transaction open(*holder);
        holder->script("LOCK TABLE device");
        try {
            back_up(server.settings(), scratch.path("one.dump"), cancelled);
            FAIL("expected an error");
        } catch (const engine::Error& error) {
            CHECK(error.kind() == engine::Kind::cancelled);
            CHECK(holds(error.one_line(), "cancelled while the database was backed up"));
        }
        CHECK(waits);
        CHECK(platform::list_folder(scratch.folder()).empty());
    }
    const auto never = [] { return false; };
    back_up(server.settings(), scratch.path("one.dump"), never);
    CHECK(platform::list_folder(scratch.folder()) == std::vector<std::string>{"one.dump"});
    Settings wrong = server.settings();
    wrong.database = "nowhere";
    try {
        back_up(wrong, scratch.path("two.dump"), never);
        FAIL("expected an error");
    } catch (const engine::Error& error) {
        CHECK(holds(error.one_line(), "pg_dump"));
        CHECK(holds(error.one_line(), R"(database "nowhere" does not exist)"));
    }
    CHECK(platform::list_folder(scratch.folder()).size() == 1);
}

TEST_CASE("SQLite: a backup can be given up, and leaves nothing") {
    const Scratch scratch;
    scratch.open("suite.db")
        ->script("CREATE TABLE t (a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM "
                 "n WHERE "
                 "i < 100000) INSERT INTO t SELECT i FROM n");
    Settings settings;
    settings.file = scratch.path("suite.db");
    int asked = 0;
    try {
        back_up(settings, scratch.path("b/one.db"), [&] { return ++asked > 2; });
        FAIL("expected an error");
    } catch (const engine::Error& error) {
        CHECK(error.kind() == engine::Kind::cancelled);
    }
    CHECK(asked > 2);
    CHECK(platform::list_folder(scratch.path("b")).empty());
    back_up(settings, scratch.path("b/one.db"), [] { return false; });
    CHECK(connect_file(scratch.path("b/one.db"), {})->query("SELECT count(*) FROM t") ==
          Rows{{"100000"}});
}

TEST_CASE("SQLite: a backup needs space, and no program") {
    const Scratch scratch;
    scratch.open("suite.db")->script("CREATE TABLE t (a)");
    Settings settings;
    settings.file = scratch.path("suite.db");
    const Path path(scratch.folder());
    CHECK(found(settings, scratch.path("backup")) == "");
    CHECK(holds(found(settings, "/proc"), "expected 8192 bytes, the size of the database"));
}

TEST_CASE("SQLite: backed up beside an open transaction, restored by the command") {
    const Scratch scratch;
    auto database = scratch.open("suite.db");
    database->script("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
    Settings settings;
    settings.file = scratch.path("suite.db");
    Backup made;
    {
        Transaction open(*database);
        database->script("INSERT INTO t VALUES (2)");
        made = back_up(settings, scratch.path("b/one.db"));
    }
    CHECK(mode(made.file) == std::filesystem::perms(0600));
    CHECK(connect_file(made.file, {})->query("SELECT a FROM t") == Rows{{"1"}});
    database->script("DELETE FROM t");
    database.reset(); // restoring is for when the suite is stopped
    platform::Command restore;
    restore.argv = {"/bin/sh", "-c", made.restore_command};
    platform::run_checked(restore);
    CHECK(connect_file(settings.file, {})->query("SELECT a FROM t") == Rows{{"1"}});
}
