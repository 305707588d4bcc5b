// The contract of Connection, held by both engines, and each way in which a server can refuse.

#include "datasource/connection.hpp"

#include "platform/tree.hpp"
#include "tests/integration/datasource/server.hpp"

#include <atomic>
#include <thread>

using namespace locum;
using namespace locum::datasource;
using namespace std::chrono_literals;
using testing::holds;
using testing::server;

namespace {

struct Failure {
    std::string what = "(none)";
    std::string remedy;
};

Failure failure(const std::function<void()>& action) {
    try {
        action();
        return {};
    } catch (const engine::Error& error) {
        return {error.what(), error.remedy()};
    }
}

std::string state(Connection& connection, const std::string& sql) {
    const std::string what = failure([&] { connection.script(sql); }).what;
    const auto at = what.find('[');
    return at == std::string::npos ? what : what.substr(at + 1, 5);
}

void contract(Connection& connection) {
    connection.script("CREATE TABLE parent (id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
                      "CREATE TABLE child (parent BIGINT REFERENCES parent(id), size BIGINT"
                      " CHECK (size > 0))");
    // Parameters by number, used twice and out of order; NULL and '' are two things.
    CHECK(connection.execute("INSERT INTO parent VALUES ($2, $1), ($3, $1 || 'x')",
                             {"näme", std::int64_t{1}, std::int64_t{9'007'199'254'740'993}}) == 2);
    CHECK(connection.query("SELECT id, name FROM parent ORDER BY id") ==
          Rows{{"1", "näme"}, {"9007199254740993", "nämex"}});
    CHECK(connection.query("SELECT id FROM parent WHERE name = $1", {"näme"}) == Rows{{"1"}});
    CHECK(connection.execute("INSERT INTO child VALUES ($1, $2)", {nullptr, nullptr}) == 1);
    CHECK(connection.query("SELECT parent, '' FROM child") == Rows{{std::nullopt, ""}});
    CHECK(connection.execute("UPDATE child SET size = 1 WHERE parent = 77") == 0);
    CHECK(connection.execute("CREATE INDEX i ON child (size)") == 0);
    CHECK(connection.query("SELECT 1 FROM child WHERE 1 = 0").empty());

    // What callers tell apart has the same code on both engines.
    CHECK(state(connection, "SELECT * FROM nowhere") == "42P01");
    CHECK(state(connection, "SELECT missing FROM parent") == "42703");
    CHECK(state(connection, "INSERT INTO parent VALUES (1, 'other')") == "23505");
    CHECK(state(connection, "INSERT INTO parent VALUES (2, 'näme')") == "23505");
    CHECK(state(connection, "INSERT INTO parent VALUES (2, NULL)") == "23502");
    CHECK(state(connection, "INSERT INTO child VALUES (55, 1)") == "23503");
    CHECK(state(connection, "INSERT INTO child VALUES (1, 0)") == "23514");

    {
        Transaction transaction(connection);
        connection.script("DELETE FROM child");
    }
    CHECK(connection.query("SELECT count(*) FROM child") == Rows{{"1"}});
    {
        Transaction transaction(connection);
        connection.script("DELETE FROM child");
        transaction.commit();
    }
    CHECK(connection.query("SELECT count(*) FROM child") == Rows{{"0"}});
    CHECK_THROWS_AS(connection.query("SELECT 1; SELECT 2"), engine::Error);
    CHECK_THROWS_AS(connection.query("SELECT $1"), engine::Error);
    CHECK(connection.query("SELECT 1") == Rows{{"1"}}); // well after all these failures
}

} // namespace

TEST_CASE("contract of a connection: SQLite") {
    const Scratch scratch;
    contract(*scratch.open("a.db"));
}

TEST_CASE("contract of a connection: PostgreSQL") {
    contract(*server().as_locum());
}

TEST_CASE("a PostgreSQL session writes values the same way whatever the role's defaults are") {
    server().as_superuser()->script(
        "ALTER ROLE locum SET DateStyle = 'German'; ALTER ROLE locum SET TimeZone = 'Asia/Tokyo';"
        "ALTER ROLE locum SET bytea_output = 'escape'; ALTER ROLE locum SET search_path = nowhere");
    CHECK(server().as_locum()->query("SELECT timestamptz '2024-01-02 03:04:05.000006+02', "
                                     "'\\xff'::bytea, 0.1::float8 + 0.2, current_schema()") ==
          Rows{{"2024-01-02 01:04:05.000006+00", "\\xff", "0.30000000000000004", "public"}});
    server().as_superuser()->script("ALTER ROLE locum RESET ALL");
}

TEST_CASE("each way to fail to connect says what was found and what to do") {
    const Settings good = server().settings();
    ConnectOptions options;
    options.timeout = 2s;
    SUBCASE("wrong password") {
        const Failure f = failure([&] {
            connect(good, {"locum", engine::Secret("hunter2-canary")}, options);
        });
        CHECK(holds(f.what, "password of account \"locum\" [28P01]"));
        CHECK(holds(f.remedy, "ALTER ROLE"));
        CHECK(!holds(f.what + f.remedy, "hunter2"));
    }
    SUBCASE("no such database") {
        Settings other = good;
        other.database = "nowhere";
        const Failure f = failure([&] { connect(other, good.locum, options); });
        CHECK(holds(f.what, "no database \"nowhere\" [3D000]"));
        CHECK(holds(f.remedy, "CREATE DATABASE \"nowhere\" OWNER \"locum\""));
    }
    SUBCASE("no right to connect") {
        const auto super = server().as_superuser();
        super->script("REVOKE CONNECT ON DATABASE suite FROM PUBLIC");
        const Failure f = failure([&] { connect(good, good.application, options); });
        super->script("GRANT CONNECT ON DATABASE suite TO PUBLIC");
        CHECK(holds(f.what, "account \"application\" may not connect to database \"suite\""));
        CHECK(holds(f.what, "[42501]"));
        CHECK(holds(f.remedy, "GRANT CONNECT ON DATABASE \"suite\" TO \"application\""));
    }
    SUBCASE("nobody listens") {
        Settings other = good;
        other.port = 1;
        const Failure f = failure([&] { connect(other, good.locum, options); });
        CHECK(holds(f.what, "PostgreSQL at 127.0.0.1:1 cannot be reached"));
        CHECK(holds(f.remedy, "host and port"));
    }
}

TEST_CASE("a wait for a lock ends in time and says so") {
    const auto holder = server().as_locum();
    holder->script("CREATE TABLE locked (a int)");
    Transaction transaction(*holder);
    holder->script("LOCK TABLE locked");
    ConnectOptions options;
    options.lock_timeout = 50ms;
    const auto waiter = connect(server().settings(), server().settings().locum, options);
    const Failure f = failure([&] { waiter->script("ALTER TABLE locked ADD b int"); });
    CHECK(holds(f.what, "[55P03]"));
    CHECK(holds(f.remedy, "pg_stat_activity"));
}

TEST_CASE("a session that the server ended is told apart from a bad statement") {
    const auto connection = server().as_locum();
    server().as_superuser()->query(
        "SELECT pg_terminate_backend($1)",
        {connection->query("SELECT pg_backend_pid()").at(0).at(0).value()});
    const Failure f = failure([&] {
        for (int i = 0; i < 100; ++i)
            connection->query("SELECT 1");
    });
    CHECK((holds(f.what, "[57P01]") || holds(f.what, "[08006]")));
    CHECK(!f.remedy.empty());
}

TEST_CASE("a failed statement of a script is told with its line") {
    const auto connection = server().as_locum();
    try {
        connection->script("SELECT 1;\n-- ä\nSELECT nothing\nFROM pg_class");
        FAIL("expected an error");
    } catch (const engine::Error& error) {
        CHECK(holds(error.one_line(), "in line 3: SELECT nothing"));
    }
}

TEST_CASE("SQLite: a failed statement of a script is told with its line") {
    const Scratch scratch;
    const auto connection = scratch.open("a.db");
    for (const auto& [script, line] :
         {std::pair{"CREATE TABLE t (a UNIQUE);\n-- x\n\nSELECT missing\nFROM t",
                    "in line 4: SELECT"},
          {"INSERT INTO t VALUES (1);\n\nINSERT INTO t\n VALUES (1)", "in line 3: INSERT INTO t"},
          {"SELECT 1;\nSELEC 2", "in line 2: SELEC 2"}}) {
        try {
            connection->script(script);
            FAIL("expected an error");
        } catch (const engine::Error& error) {
            CHECK_MESSAGE(holds(error.one_line(), line), error.one_line());
        }
    }
}

TEST_CASE("SQLite: many may open a new file at once") {
    for (int round = 0; round < 5; ++round) {
        const Scratch scratch;
        std::vector<std::thread> openers;
        std::atomic<int> opened = 0;
        for (int i = 0; i < 6; ++i)
            openers.emplace_back([&] {
                try {
                    scratch.open("a.db")->script("CREATE TABLE IF NOT EXISTS t (a)");
                    ++opened;
                } catch (const engine::Error& error) {
                    MESSAGE(error.one_line());
                }
            });
        for (std::thread& opener : openers)
            opener.join();
        CHECK(opened == 6);
    }
}

TEST_CASE("SQLite files: missing, foreign, busy, read-only") {
    const Scratch scratch;
    CHECK(holds(failure([&] { connect_file(scratch.path("no.db"), {}); }).what, "no.db"));
    CHECK(!platform::exists(scratch.path("no.db")));
    platform::write_file(scratch.path("text.db"), std::string(4096, 'x'), 0600);
    const Failure foreign = failure([&] { connect_file(scratch.path("text.db"), {}); });
    CHECK(holds(foreign.what, "not a database [XX001]"));
    CHECK(holds(foreign.remedy, "text.db"));

    const auto writer = scratch.open("a.db");
    CHECK(writer->query("PRAGMA journal_mode").at(0).at(0) == "wal");
    CHECK(writer->query("PRAGMA synchronous").at(0).at(0) == "2");
    CHECK(writer->query("PRAGMA foreign_keys").at(0).at(0) == "1");
    CHECK(writer->query("PRAGMA recursive_triggers").at(0).at(0) == "1");
    CHECK(platform::has_mode(platform::look_at(scratch.path("a.db")).value().mode, 0600));
    writer->script("CREATE TABLE t (a)");
    ConnectOptions quick;
    quick.lock_timeout = 20ms;
    const auto other = connect_file(scratch.path("a.db"), quick);
    {
        Transaction transaction(*writer);
        const Failure busy = failure([&] { Transaction second(*other); });
        CHECK(holds(busy.what, "[55P03]"));
        CHECK(holds(busy.remedy, "another process"));
    }
    quick.read_only = true;
    const auto reader = connect_file(scratch.path("a.db"), quick);
    CHECK(holds(failure([&] { reader->script("DELETE FROM t"); }).what, "[25006]"));
}
