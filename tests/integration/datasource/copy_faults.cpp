// The copy beside writers, with obstacles, a stale file: right or not there.

#include "datasource/checksum.hpp"
#include "platform/host.hpp"
#include "platform/tree.hpp"
#include "tests/integration/datasource/copying.hpp"

#include <atomic>
#include <fstream>
#include <thread>

using namespace locum;
using namespace locum::datasource;
using testing::copy_to;
using testing::During;
using testing::failure;
using testing::fill;
using testing::holds;
using testing::request_to;
using testing::server;

TEST_CASE("the copy is one consistent snapshot beside writers") {
    fill(60'000); // read in several parts
    std::atomic<bool> stop = false;
    std::atomic<std::int64_t> moves = 0;
    std::vector<std::thread> writers;
    for (int number = 0; number < 3; ++number)
        writers.emplace_back([&, number] {
            const auto connection = server().as_application();
            for (std::int64_t i = number; !stop; i += 3) {
                Transaction transaction(*connection);
                const std::int64_t from = i * 7919 % 60'000 + 1, to = i * 104'729 % 60'000 + 1;
                connection->execute("UPDATE account SET balance = balance - 5 WHERE id = $1",
                                    {std::min(from, to)});
                connection->execute("UPDATE account SET balance = balance + 5 WHERE id = $1",
                                    {std::max(from, to)});
                connection->execute("INSERT INTO moved (source, target, amount) VALUES ($1, $2, 5)",
                                    {std::min(from, to), std::max(from, to)});
                transaction.commit();
                ++moves;
            }
        });
    const Scratch scratch;
    for (int round = 0; round < 3; ++round) {
        const std::int64_t wanted = moves + 50;
        while (moves < wanted)
            std::this_thread::yield();
        const std::int64_t before = platform::now_ms(), first = moves;
        const CopyResult result = copy_to(scratch.path("copy.db"));
        CHECK(result.snapshot_ms >= before - 1);
        CHECK(result.snapshot_ms <= platform::now_ms());
        CHECK(moves > first); // writers were not held up
        const auto made = connect_file(scratch.path("copy.db"), {});
        CHECK(made->query("SELECT sum(balance) FROM account") == Rows{{"60000000"}});
        // Each balance is what the moves of the same moment say.
        CHECK(made->query("SELECT count(*) FROM account a WHERE balance <> 1000 - 5 * (SELECT "
                          "count(*) FROM moved WHERE source = a.id) + 5 * (SELECT count(*) FROM "
                          "moved WHERE target = a.id) AND id < 500") == Rows{{"0"}});
        CHECK(std::stoll(made->query("SELECT count(*) FROM moved").at(0).at(0).value()) >= first);
    }
    stop = true;
    for (std::thread& writer : writers)
        writer.join();
}

TEST_CASE("what cannot be carried is refused by name, all of it at once, and nothing is made") {
    server().reset();
    server().as_superuser()->script("CREATE EXTENSION IF NOT EXISTS pg_trgm; SET ROLE locum;"
                                    "CREATE TYPE colour AS ENUM ('red'); CREATE TYPE pair AS (a "
                                    "int, b int);"
                                    "CREATE TABLE good (id int PRIMARY KEY);"
                                    "CREATE TABLE \"Bad Ones\" (id int PRIMARY KEY, tags jsonb[], "
                                    "c \"char\", r int4range, p pair,"
                                    " i interval, \"Z\" timetz, pt point, m money, v "
                                    "tsvector);"
                                    "CREATE TABLE twice (id int, \"ID\" int); CREATE "
                                    "TABLE \"Twice\" (x int);"
                                    "CREATE VIEW seen AS SELECT * FROM good; CREATE "
                                    "MATERIALIZED VIEW kept AS SELECT 1 AS a;"
                                    "CREATE TABLE parted (id int) PARTITION BY RANGE "
                                    "(id);"
                                    "CREATE TABLE part_1 PARTITION OF parted FOR VALUES "
                                    "FROM (0) TO (9);"
                                    "CREATE TABLE child () INHERITS (good);"
                                    "CREATE FUNCTION f() RETURNS trigger LANGUAGE "
                                    "plpgsql AS 'BEGIN RETURN NEW; END';"
                                    "CREATE TRIGGER tick BEFORE INSERT ON good FOR EACH "
                                    "ROW EXECUTE FUNCTION f();"
                                    "CREATE TABLE hidden (id int); ALTER TABLE hidden "
                                    "ENABLE ROW LEVEL SECURITY;"
                                    "CREATE RULE quiet AS ON DELETE TO hidden DO INSTEAD "
                                    "NOTHING;"
                                    "CREATE SCHEMA other; CREATE TABLE other.t (id int "
                                    "PRIMARY KEY);"
                                    "CREATE TABLE away (id int REFERENCES other.t);"
                                    "CREATE TABLE empty (); CREATE TABLE sqlite_x (id "
                                    "int);"
                                    "CREATE COLLATION loose (provider = icu, locale = "
                                    "'und-u-ks-level2', deterministic = "
                                    "false);"
                                    "CREATE TABLE worded (word text COLLATE loose); "
                                    "CREATE INDEX \"GOOD\" ON good (id)");
    const auto locum = server().as_locum();
    std::string all;
    for (const engine::Finding& finding : copy_obstacles(*locum, read_schema(*locum)))
        all += engine::to_line(finding) + "\n";
    for (const char* expected : {"\"Bad Ones\".\"tags\" of type jsonb[]",
                                 "\"Bad Ones\".\"c\" of type \"char\"",
                                 "\"Bad Ones\".\"r\" of type int4range",
                                 "\"Bad Ones\".\"p\" of type pair",
                                 "\"Bad Ones\".\"i\" of type interval",
                                 "\"Bad Ones\".\"Z\" of type time with time zone",
                                 "\"Bad Ones\".\"pt\" of type point",
                                 "\"Bad Ones\".\"m\" of type money",
                                 "\"Bad Ones\".\"v\" of type tsvector",
                                 "copy-name-clash",
                                 "column \"twice\".\"ID\"",
                                 "\"Twice\" and \"twice\"",
                                 "\"GOOD\"",
                                 "view seen",
                                 "materialized view kept",
                                 "partitioned table parted",
                                 "table child, which inherits from good",
                                 "trigger tick of table good",
                                 "row security of table hidden",
                                 "rule quiet of table hidden",
                                 "foreign key away_id_fkey of table away to other.t",
                                 "table empty without a column",
                                 "\"sqlite_x\"",
                                 "column worded.word with collation loose"})
        CHECK_MESSAGE(holds(all, expected), expected, "\n", all);
    CHECK(!holds(all, "\"good\".\"id\""));

    const Scratch scratch;
    const std::string why = failure([&] { copy_to(scratch.path("copy.db")); });
    CHECK(holds(why, "jsonb[]"));
    CHECK(holds(why, "trigger tick"));
    CHECK(platform::list_folder(scratch.folder()).empty());

    // DDL of the suite can stand in for views and triggers, not for types.
    all.clear();
    for (const engine::Finding& finding : copy_obstacles(*locum, read_schema(*locum), true))
        all += engine::to_line(finding) + "\n";
    CHECK(!holds(all, "view seen"));
    CHECK(!holds(all, "trigger tick"));
    CHECK(!holds(all, "\"GOOD\""));
    CHECK(holds(all, "\"Twice\" and \"twice\""));
    CHECK(holds(all, "jsonb[]"));
}

TEST_CASE("DDL of the suite: by name, its rows and triggers do not disturb, gaps are refused") {
    server().reset();
    server().as_locum()->script(
        "CREATE TABLE device (id serial PRIMARY KEY, name text, on_ boolean);"
        "INSERT INTO device (name, on_) VALUES ('a', true), ('b', NULL)");
    const Scratch scratch;
    CopyRequest request = request_to(scratch.path("copy.db"));
    request.ddl =
        "CREATE TABLE log (text TEXT);"
        "CREATE TABLE Device (on_ INTEGER, extra TEXT DEFAULT 'new', id INTEGER PRIMARY KEY "
        "AUTOINCREMENT, name TEXT COLLATE NOCASE); CREATE UNIQUE INDEX by_name ON Device (name);"
        "CREATE TRIGGER t AFTER INSERT ON Device BEGIN INSERT INTO log VALUES ('fired'); END;"
        "INSERT INTO Device (id, name) VALUES (77, 'sample')";
    engine::SilentReporter silent;
    copy(request, silent);
    const auto made = connect_file(request.target, {});
    CHECK(made->query("SELECT id, name, on_, extra FROM device ORDER BY id") ==
          Rows{{"1", "a", "1", "new"}, {"2", "b", std::nullopt, "new"}});
    CHECK(made->query("SELECT count(*) FROM log") == Rows{{"0"}});
    made->script("INSERT INTO device (name) VALUES ('c')");
    CHECK(made->query("SELECT text FROM log") == Rows{{"fired"}});
    CHECK_THROWS_AS(made->script("INSERT INTO device (name) VALUES ('C')"), engine::Error);

    request.ddl = "CREATE TABLE device (id INTEGER PRIMARY KEY, name TEXT)";
    CHECK(holds(failure([&] { copy(request, silent); }), "no column \"device\".\"on_\""));
    request.ddl = "CREATE TABLE other (id INTEGER PRIMARY KEY, name TEXT)";
    CHECK(holds(failure([&] { copy(request, silent); }), "no table \"device\""));
    // A type that changes values is seen by the checksum.
    server().as_locum()->script("UPDATE device SET name = '007'");
    request.ddl = "CREATE TABLE device (id INTEGER PRIMARY KEY, name INTEGER, on_ INTEGER)";
    CHECK(holds(failure([&] { copy(request, silent); }), "table \"device\" differs from its copy"));
}

TEST_CASE("a stale -wal beside the target does not bring the old content back") {
    fill(10);
    const Scratch scratch;
    const std::string target = scratch.path("copy.db");
    copy_to(target);
    {
        // As an application that was killed leaves it.
        const auto old = connect_file(target, {});
        old->script("UPDATE account SET name = 'old'");
        std::filesystem::copy_file(target + "-wal", scratch.path("kept-wal"));
    }
    std::filesystem::rename(scratch.path("kept-wal"), target + "-wal");
    platform::write_file(target + "-shm", "stale", 0600);
    platform::write_file(target + "-journal", "stale", 0600);
    copy_to(target);
    CHECK(platform::list_folder(scratch.folder()) == std::vector<std::string>{"copy.db"});
    CHECK(connect_file(target, {})->query("SELECT count(*) FROM account WHERE name = 'old'") ==
          Rows{{"0"}});
    CHECK(platform::has_mode(platform::look_at(target).value().mode, 0600));
    remove_copy(target);
    CHECK(platform::list_folder(scratch.folder()).empty());
}

TEST_CASE("a row that breaks a foreign key is refused by table") {
    server().reset();
    server().as_superuser()->script("SET ROLE locum; CREATE TABLE parent (id int PRIMARY KEY); "
                                    "CREATE TABLE child (p int REFERENCES "
                                    "parent); RESET ROLE; SET session_replication_role = replica; "
                                    "INSERT INTO child VALUES (5)");
    const Scratch scratch;
    const std::string why = failure([&] { copy_to(scratch.path("copy.db")); });
    CHECK(holds(why, "1 row(s) of table \"child\" refer to rows that are not in table \"parent\""));
    CHECK(platform::list_folder(scratch.folder()).empty());
}

TEST_CASE("SQLite as the source: one snapshot beside a writer, with triggers and all") {
    const Scratch scratch;
    const auto source = scratch.open("suite.db");
    source->script("CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, v BLOB, w INTEGER "
                   "GENERATED ALWAYS AS (id * 2) STORED); CREATE VIEW s AS SELECT * FROM a;"
                   "CREATE TABLE b (a INTEGER REFERENCES a(id), t TEXT, r REAL, any);"
                   "CREATE TRIGGER t AFTER DELETE ON a BEGIN SELECT 1; END;"
                   "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
                   "INSERT INTO a (v) SELECT randomblob(300) FROM n;"
                   "INSERT INTO b VALUES (1, NULL, 0.1, x'00ff'), (2, '', 1e300, 7), (NULL, 'x', "
                   "-0.5, 'seven')");
    CopyRequest request;
    request.source.kind = Kind::sqlite;
    request.source.file = scratch.path("suite.db");
    request.target = scratch.path("copies/copy.db");
    During reporter([&] { source->script("INSERT INTO a (v) VALUES ('late'); DELETE FROM b"); });
    const CopyResult result = copy(request, reporter);
    CHECK(result.tables.size() == 2);
    CHECK(result.tables.at(0).rows == 20'000);
    CHECK(result.tables.at(1).rows == 3);
    CHECK(result.tables.at(1).checksum.size() == 32);
    CHECK(std::abs(result.snapshot_ms - platform::now_ms()) < 60'000);
    CHECK(platform::list_folder(scratch.path("copies")) == std::vector<std::string>{"copy.db"});
    const auto made = connect_file(request.target, {});
    CHECK(made->query("SELECT a, t, r, any FROM b ORDER BY rowid") ==
          Rows{{"1", std::nullopt, "0.1", std::string("\0\xff", 2)},
               {"2", "", "1.0e+300", "7"},
               {std::nullopt, "x", "-0.5", "seven"}});
    CHECK(made->query("SELECT count(*) FROM sqlite_schema WHERE type IN ('trigger', 'view')") ==
          Rows{{"2"}});
    CHECK(source->query("SELECT count(*) FROM b") == Rows{{"0"}});
}
