// Each kind of value on its way from PostgreSQL into the copy, compared value by value.

#include "datasource/checksum.hpp"
#include "datasource/copy.hpp"
#include "tests/integration/datasource/server.hpp"

using namespace locum;
using namespace locum::datasource;
using testing::holds;
using testing::server;

namespace {

// Makes the copy of what the SQL has made and opens it.
struct Copied {
    explicit Copied(const std::string& sql) {
        server().reset();
        server().as_locum()->script(sql);
        CopyRequest request;
        request.source = server().settings();
        request.target = scratch.path("copy.db");
        request.step_id = "node-1/copy";
        engine::SilentReporter silent;
        result = copy(request, silent);
        database = connect_file(request.target, {});
    }
    Rows query(const std::string& sql) const { return database->query(sql); }

    Scratch scratch;
    CopyResult result;
    std::unique_ptr<Connection> database;
};

std::string refusal(const std::string& sql) {
    try {
        const Copied copied(sql);
    } catch (const engine::Error& error) {
        CHECK(error.kind() == engine::Kind::refused);
        CHECK(!error.remedy().empty());
        return error.one_line();
    }
    return "(copied)";
}

const auto null = std::nullopt;

} // namespace

TEST_CASE("booleans, integers and texts") {
    const Copied copied(
        "CREATE TABLE v (id int PRIMARY KEY, b boolean, s smallint, i integer, l bigint, t text,"
        " c character varying(10), p character(4));"
        "INSERT INTO v VALUES (1, true, -32768, 2147483647, 9223372036854775807, 'plain', 'x', "
        "'ab'),"
        " (2, false, 32767, -2147483648, -9223372036854775808, '', '', ''),"
        " (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL),"
        " (4, true, 0, 0, 9007199254740993, E'tab\\tline\\nreturn\\r\\\\N \\b\\f' || chr(11) || E' "
        "\\\\ end\\\\', "
        "'\\N',"
        "  'abcd'),"
        " (5, true, 0, 0, 0, '\\N', 'ä€😀', 'ä'), (6, true, 0, 0, 0, '007', '1e3', ' 1')");
    CHECK(copied.query("SELECT id, b, s, i, l, t, c, p FROM v ORDER BY id") ==
          Rows{{"1", "1", "-32768", "2147483647", "9223372036854775807", "plain", "x", "ab  "},
               {"2", "0", "32767", "-2147483648", "-9223372036854775808", "", "", "    "},
               {"3", null, null, null, null, null, null, null},
               {"4", "1", "0", "0", "9007199254740993", "tab\tline\nreturn\r\\N \b\f\v \\ end\\",
                "\\N", "abcd"},
               {"5", "1", "0", "0", "0", "\\N", "ä€😀", "ä   "},
               {"6", "1", "0", "0", "0", "007", "1e3", " 1  "}});
    CHECK(copied.query("SELECT DISTINCT typeof(b), typeof(s), typeof(l), typeof(t) FROM v "
                       "WHERE id <> 3") == Rows{{"integer", "integer", "integer", "text"}});
    // As in PostgreSQL: the padding does not count.
    CHECK(copied.query("SELECT id FROM v WHERE p = 'ab'") == Rows{{"1"}});
    CHECK(copied.query("SELECT id FROM v WHERE b = 0") == Rows{{"2"}});
    CHECK(copied.result.tables.at(0).rows == 6);
    CHECK(copied.result.tables.at(0).checksum.size() == 32);
}

TEST_CASE("numeric: a number where a double holds it, else its exact text") {
    const Copied copied(
        "CREATE TABLE v (id int PRIMARY KEY, n numeric(10,2), f numeric(15,0), big numeric(30,6), "
        "u numeric);"
        "INSERT INTO v VALUES (1, 1.10, 999999999999999, 123456789012345678901234.567890, 0.1),"
        " (2, -99999999.99, -1, -0.000001, 1e40), (3, 5.00, 0, 0, 12345678901234567890.12),"
        " (4, 'NaN', 'NaN', 'NaN', 'NaN'), (5, NULL, NULL, NULL, 'Infinity'),"
        " (6, 0, 0, 1, 1.10), (7, 0.07, 1, 1, '-Infinity')");
    CHECK(copied.query("SELECT n, typeof(n), f, big, typeof(big), u FROM v ORDER BY id") ==
          Rows{{"1.1", "real", "999999999999999", "123456789012345678901234.567890", "text", "0.1"},
               {"-99999999.99", "real", "-1", "-0.000001", "text",
                "10000000000000000000000000000000000000000"},
               {"5", "integer", "0", "0.000000", "text", "12345678901234567890.12"},
               {"NaN", "text", "NaN", "NaN", "text", "NaN"},
               {null, "null", null, null, "null", "Infinity"},
               {"0", "integer", "0", "1.000000", "text", "1.10"},
               {"0.07", "real", "1", "1.000000", "text", "-Infinity"}});
    CHECK(copied.query("SELECT id FROM v WHERE n > 1 AND typeof(n) <> 'text' ORDER BY n") ==
          Rows{{"1"}, {"3"}});
}

TEST_CASE("floats: the same double, and a NaN is refused by name") {
    const Copied copied("CREATE TABLE v (id int PRIMARY KEY, d float8, r float4);"
                        "INSERT INTO v VALUES (1, 0.1::float8 + 0.2, 0.1), (2, 1e308, 3.4e38),"
                        " (3, 5e-324, 1e-45), (4, 'Infinity', '-Infinity'), (5, NULL, NULL),"
                        " (6, '-0', '-0'), (7, 9007199254740993, 16777217), (8, 1, 100)");
    CHECK(copied.query("SELECT id FROM v WHERE d = 0.1 + 0.2") == Rows{{"1"}});
    CHECK(copied.query("SELECT printf('%!.17g', d) FROM v WHERE id = 1") ==
          Rows{{"0.30000000000000004"}});
    CHECK(copied.query("SELECT id FROM v WHERE d > 1.7e308 AND r < -3.5e38") == Rows{{"4"}});
    CHECK(copied.query("SELECT r FROM v WHERE id = 1") == Rows{{"0.1"}});
    CHECK(copied.query("SELECT count(*) FROM v WHERE d > 0 AND id = 3") == Rows{{"1"}});

    const std::string why = refusal("CREATE TABLE v (id int PRIMARY KEY, \"The D\" float8);"
                                    "INSERT INTO v VALUES (1, 1), (2, 'NaN')");
    CHECK(holds(why, "NaN"));
    CHECK(holds(why, "copying column \"v\".\"The D\""));
}

TEST_CASE("bytea comes as a blob") {
    const Copied copied("CREATE TABLE v (id int PRIMARY KEY, b bytea NOT NULL DEFAULT '\\x00ff');"
                        "INSERT INTO v VALUES (1, ''), (2, '\\x00'), (3, '\\xdeadbeef5c4e0a09');"
                        "INSERT INTO v SELECT 4, decode(string_agg(lpad(to_hex(i), 2, '0'), ''), "
                        "'hex') FROM generate_series(0, 255) i");
    CHECK(copied.query("SELECT typeof(b), hex(b) FROM v WHERE id < 4 ORDER BY id") ==
          Rows{{"blob", ""}, {"blob", "00"}, {"blob", "DEADBEEF5C4E0A09"}});
    std::string all(256, '\0');
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = static_cast<char>(i);
    CHECK(copied.query("SELECT b FROM v WHERE id = 4") == Rows{{all}});
    copied.database->script("INSERT INTO v (id) VALUES (9)");
    CHECK(copied.query("SELECT hex(b) FROM v WHERE id = 9") == Rows{{"00FF"}});
}

TEST_CASE("dates and times: UTC, microseconds, infinity; what would not sort is refused") {
    const Copied copied(
        "CREATE TABLE v (id int PRIMARY KEY, d date, t time, s timestamp, z timestamptz, "
        "z3 timestamptz(3));"
        "INSERT INTO v VALUES (1, '2024-02-29', '23:59:59.999999', '2024-01-02 03:04:05.000006',"
        " '2024-01-02 03:04:05.123456+02', '2024-01-02 03:04:05.1239+00'),"
        " (2, '0001-01-01', '24:00:00', '9999-12-31 23:59:59.999999', '0001-01-01 00:00:00+00',"
        "  '1970-01-01 00:00:00+00'), (3, 'infinity', NULL, '-infinity', 'infinity', NULL)");
    CHECK(copied.query("SELECT d, t, s, z, z3 FROM v ORDER BY id") ==
          Rows{{"2024-02-29", "23:59:59.999999", "2024-01-02 03:04:05.000006",
                "2024-01-02 01:04:05.123456", "2024-01-02 03:04:05.124"},
               {"0001-01-01", "24:00:00", "9999-12-31 23:59:59.999999", "0001-01-01 00:00:00",
                "1970-01-01 00:00:00"},
               {"infinity", null, "-infinity", "infinity", null}});
    CHECK(copied.query("SELECT id FROM v ORDER BY z") == Rows{{"2"}, {"1"}, {"3"}});
    CHECK(copied.query("SELECT id FROM v ORDER BY s") == Rows{{"3"}, {"1"}, {"2"}});
    CHECK(copied.query("SELECT datetime(z) FROM v WHERE id = 1") == Rows{{"2024-01-02 01:04:05"}});

    for (const char* value : {"'0044-03-15 BC'::date", "'10000-01-01'::date"}) {
        const std::string why =
            refusal(std::string("CREATE TABLE v (id int PRIMARY KEY, born date);"
                                "INSERT INTO v VALUES (1, ") +
                    value + ")");
        CHECK(holds(why, "copying column \"v\".\"born\""));
        CHECK(holds(why, "outside of the years 1 to 9999"));
    }
}

TEST_CASE("uuid, json and network addresses come as PostgreSQL writes them") {
    const Copied copied(
        "CREATE DOMAIN mail AS varchar(40) NOT NULL;"
        "CREATE TABLE v (id uuid PRIMARY KEY, j json, b jsonb, a inet, n cidr, m macaddr, e mail);"
        "INSERT INTO v VALUES ('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '{\"a\":  [1, 2.50]}',"
        " '{\"b\": {\"x\": null},  \"a\":1}', '10.0.0.1', '10.0.0.0/8', '08:00:2b:01:02:03', "
        "'a@b')");
    CHECK(copied.query("SELECT * FROM v") ==
          Rows{{"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "{\"a\":  [1, 2.50]}",
                "{\"a\": 1, \"b\": {\"x\": null}}", "10.0.0.1", "10.0.0.0/8", "08:00:2b:01:02:03",
                "a@b"}});
    CHECK(copied.query("SELECT json_extract(b, '$.a') FROM v") == Rows{{"1"}});
    CHECK_THROWS_AS(copied.database->script("INSERT INTO v (id, e) VALUES ('x', NULL)"),
                    engine::Error);
}

TEST_CASE("identity keys go on behind the productive sequence") {
    const Copied copied(
        "CREATE TABLE a (id bigserial PRIMARY KEY, x int);"
        "CREATE TABLE b (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, x int);"
        "CREATE TABLE c (id int GENERATED BY DEFAULT AS IDENTITY (START 500) PRIMARY KEY, x int);"
        "CREATE SEQUENCE mine; CREATE TABLE d (id bigint PRIMARY KEY DEFAULT nextval('mine'));"
        "INSERT INTO a (x) SELECT i FROM generate_series(1, 10) i; DELETE FROM a WHERE id > 4;"
        "INSERT INTO b (x) VALUES (1), (2); INSERT INTO d DEFAULT VALUES; SELECT nextval('mine')");
    copied.database->script("INSERT INTO a (x) VALUES (0); INSERT INTO b (x) VALUES (0);"
                            "INSERT INTO c (x) VALUES (0); INSERT INTO d DEFAULT VALUES");
    CHECK(copied.query("SELECT (SELECT max(id) FROM a), (SELECT max(id) FROM b), "
                       "(SELECT max(id) FROM c), (SELECT max(id) FROM d)") ==
          Rows{{"11", "3", "500", "3"}});
    // An id that was given out is not given out again.
    copied.database->script("DELETE FROM b; INSERT INTO b (x) VALUES (0)");
    CHECK(copied.query("SELECT id FROM b") == Rows{{"4"}});
}

TEST_CASE("generated columns stay generated where SQLite means the same, else have the values") {
    const Copied copied(
        "CREATE TABLE v (id int PRIMARY KEY, a int, b int, first text, \"Last Name\" text,"
        " total int GENERATED ALWAYS AS (a * (b + 1)) STORED,"
        " whole text GENERATED ALWAYS AS (first || ' ' || coalesce(\"Last Name\", '-')) STORED,"
        " lower_name text GENERATED ALWAYS AS (lower(first)) STORED,"
        " price numeric GENERATED ALWAYS AS (a / 3.0) STORED);"
        "INSERT INTO v (id, a, b, first, \"Last Name\") VALUES (1, 6, 7, 'ÄB', 'x'), (2, NULL, 1, "
        "'q', "
        "NULL)");
    CHECK(copied.query("SELECT total, whole, lower_name, price FROM v ORDER BY id") ==
          Rows{{"48", "ÄB x", "äb", "2.0000000000000000"}, {null, "q -", "q", null}});
    CHECK(copied.query("SELECT name FROM pragma_table_xinfo('v') WHERE hidden = 3 ORDER BY 1") ==
          Rows{{"total"}, {"whole"}});
    copied.database->script("UPDATE v SET a = 1 WHERE id = 2");
    CHECK(copied.query("SELECT total FROM v WHERE id = 2") == Rows{{"2"}});
}

TEST_CASE("quoted and mixed-case names, composite keys, foreign keys and indexes") {
    const Copied copied(
        "CREATE TABLE \"Order \"\"x\" (\"Key A\" int, \"select\" text, note text DEFAULT 'it''s',"
        " PRIMARY KEY (\"select\", \"Key A\"));"
        "CREATE TABLE \"Line\" (id int PRIMARY KEY, o int, s text, ok boolean NOT NULL DEFAULT "
        "true,"
        " made timestamptz NOT NULL DEFAULT now(), n int DEFAULT -1, u uuid DEFAULT "
        "gen_random_uuid(),"
        " CONSTRAINT \"Line's order\" FOREIGN KEY (s, o) REFERENCES \"Order \"\"x\" (\"select\", "
        "\"Key A\") ON DELETE CASCADE ON UPDATE SET NULL,"
        " CONSTRAINT only_one UNIQUE (o, s));"
        "CREATE INDEX \"By Note\" ON \"Order \"\"x\" (note text_pattern_ops DESC);"
        "CREATE UNIQUE INDEX partly ON \"Line\" (n) WHERE ok;"
        "INSERT INTO \"Order \"\"x\" VALUES (1, 'a'), (2, 'a'), (1, 'b');"
        "INSERT INTO \"Line\" (id, o, s, n) VALUES (10, 1, 'b', 1), (11, NULL, NULL, 2)");
    CHECK(copied.query("SELECT \"select\", \"Key A\", note FROM \"Order \"\"x\" ORDER BY 1, 2") ==
          Rows{{"a", "1", "it's"}, {"a", "2", "it's"}, {"b", "1", "it's"}});
    CHECK(copied.query("SELECT \"from\", \"table\", \"to\", on_delete, on_update FROM "
                       "pragma_foreign_key_list('Line') ORDER BY seq") ==
          Rows{{"s", "Order \"x", "select", "CASCADE", "SET NULL"},
               {"o", "Order \"x", "Key A", "CASCADE", "SET NULL"}});
    CHECK(copied.query("SELECT instr(sql, 'CONSTRAINT \"Line''s order\"') > 0 FROM sqlite_schema "
                       "WHERE name = 'Line'") == Rows{{"1"}});
    CHECK(copied.query("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL "
                       "ORDER BY 1") == Rows{{"By Note"}, {"only_one"}});
    CHECK_THROWS_AS(copied.database->script("INSERT INTO \"Line\" (id, o, s) VALUES (12, 9, 'z')"),
                    engine::Error);
    CHECK_THROWS_AS(copied.database->script("INSERT INTO \"Order \"\"x\" VALUES (1, 'a', 'twice')"),
                    engine::Error);
    copied.database->script("INSERT INTO \"Line\" (id) VALUES (13)");
    CHECK(copied.query("SELECT ok, n, length(u), abs(julianday('now') - julianday(made)) < 0.01 "
                       "FROM \"Line\" WHERE id = 13") == Rows{{"1", "-1", "36", "1"}});
    CHECK(copied.query("PRAGMA integrity_check") == Rows{{"ok"}});
}

TEST_CASE("checksums: the same for the same values in any order, another for any change") {
    server().reset();
    const auto source = server().as_locum();
    source->script(
        "CREATE TABLE a (id int, t text, n numeric(5,2)); CREATE TABLE b (n numeric(5,2), "
        "id int, t text);"
        "INSERT INTO a VALUES (1, 'x', 1.5), (2, NULL, 0), (2, '', 0);"
        "INSERT INTO b VALUES (0.00, 2, ''), (1.50, 1, 'x'), (0, 2, NULL)");
    const auto sum = [&](std::size_t table) {
        return checksum(*source, read_schema(*source).tables.at(table));
    };
    const TableChecksum before = sum(0);
    CHECK(before.rows == 3);
    CHECK(before == sum(1));
    for (const char* change :
         {"UPDATE a SET t = '' WHERE t IS NULL", "UPDATE a SET t = 'X' WHERE id = 1",
          "DELETE FROM a WHERE t = ''", "INSERT INTO a VALUES (1, 'x', 1.5)",
          "UPDATE a SET n = 1.51 WHERE id = 1"}) {
        Transaction transaction(*source);
        source->script(change);
        CHECK_MESSAGE(sum(0) != before, change);
    }
    CHECK(sum(0) == before);
}
