// What a suite wants otherwise than Locum chooses, and what SQLite has no type for: arrays, enums,
// and the text of anything.

#include "datasource/checksum.hpp"
#include "datasource/copy.hpp"
#include "datasource/encoded.hpp"
#include "tests/integration/datasource/server.hpp"

using namespace locum;
using namespace locum::datasource;
using testing::holds;
using testing::server;

namespace {

using enum Encoding;

struct Copied {
    Copied(const std::string& sql, const Encodings& encodings) : encode(encodings) {
        server().reset();
        server().as_locum()->script(sql);
        CopyRequest request;
        request.source = server().settings();
        request.target = scratch.path("copy.db");
        request.encode = encodings;
        engine::SilentReporter silent;
        copy(request, silent);
        database = connect_file(request.target, {});
    }
    Rows query(const std::string& sql) const { return database->query(sql); }
    // Whether the copy's checksum is the source's still, table by table.
    bool equal() const {
        const auto source = server().as_locum();
        Schema schema = read_schema(*source);
        datasource::encode(schema, encode);
        for (const Table& table : schema.tables)
            if (checksum(*source, table) != checksum(*database, table))
                return false;
        return true;
    }
    // The copy differs after the change, and no longer once it is taken back.
    void notices(const std::string& change) const {
        REQUIRE(equal());
        Transaction transaction(*database);
        REQUIRE(database->execute(change) == 1);
        CHECK_MESSAGE(!equal(), change);
    }

    Scratch scratch;
    Encodings encode;
    std::unique_ptr<Connection> database;
};

std::string refusal(const std::string& sql, const Encodings& encodings) {
    try {
        const Copied copied(sql, encodings);
    } catch (const engine::Error& error) {
        CHECK(error.kind() == engine::Kind::refused);
        CHECK(!error.remedy().empty());
        return error.one_line();
    }
    return "(copied)";
}

std::string obstacles(const Encodings& encodings, engine::Severity severity) {
    const auto source = server().as_locum();
    std::string all;
    for (const engine::Finding& finding :
         copy_obstacles(*source, read_schema(*source), false, encodings))
        if (finding.severity == severity)
            all += engine::to_line(finding) + "\n";
    return all;
}

const auto null = std::nullopt;

} // namespace

TEST_CASE("timestamps and dates since 1970") {
    const std::string moments =
        "CREATE TABLE v (id int PRIMARY KEY, us timestamptz NOT NULL DEFAULT now(), ms timestamptz "
        "NOT NULL DEFAULT now(), s timestamp NOT NULL DEFAULT LOCALTIMESTAMP, d date NOT NULL "
        "DEFAULT CURRENT_DATE, t timestamptz);"
        "INSERT INTO v SELECT i, z, z, z AT TIME ZONE 'UTC', (z AT TIME ZONE 'UTC')::date, z FROM "
        "(VALUES (1, '1970-01-01 00:00:00+00'::timestamptz), (2, '1969-12-31 23:59:59.999999+00'), "
        "(3, '2024-02-29 13:14:15.123456+02'), (4, '0001-01-01 00:00:00+00'), "
        "(5, '9999-12-31 23:59:59.999999+00'), (6, '1900-03-01 00:00:00.001+00')) a (i, z)";
    const Encodings wanted{{{"timestamptz", epoch_us}, {"timestamp", epoch_s}, {"date", epoch_ms}},
                           {{"v.ms", epoch_ms}, {"v.t", text}}};
    const Copied copied(moments, wanted);
    // Computed by PostgreSQL, which knows nothing of how the copy came about.
    CHECK(copied.query("SELECT id, us, ms, s, d FROM v ORDER BY id") ==
          server().as_locum()->query(
              "SELECT id, (extract(epoch FROM us)::numeric * 1000000)::bigint, "
              "floor(extract(epoch FROM ms)::numeric * 1000)::bigint, "
              "floor(extract(epoch FROM s)::numeric)::bigint, (d - date '1970-01-01') * 86400000::"
              "bigint FROM v ORDER BY id"));
    CHECK(
        copied.query("SELECT us, ms, s, d, t, typeof(us), typeof(d) FROM v WHERE id = 2") ==
        Rows{{"-1", "-1", "-1", "-86400000", "1969-12-31 23:59:59.999999", "integer", "integer"}});
    CHECK(copied.query("SELECT us, s, d FROM v WHERE id = 4") ==
          Rows{{"-62135596800000000", "-62135596800", "-62135596800000"}});
    CHECK(copied.query("SELECT us FROM v WHERE id = 5") == Rows{{"253402300799999999"}});
    for (const char* column : {"us", "ms", "s", "d"})
        copied.notices(std::string("UPDATE v SET ") + column + " = " + column +
                       " + 1 WHERE id = 3");
    copied.notices("UPDATE v SET us = us || '!' WHERE id = 3");
    copied.notices("UPDATE v SET us = us * 1000 WHERE id = 5");
    copied.database->script("INSERT INTO v (id) VALUES (9)");
    CHECK(
        copied.query("SELECT abs(us / 1000000 - ms / 1000) < 2, abs(ms / 1000 - s) < 2, "
                     "abs(s - strftime('%s', 'now')) < 60, d / 86400000 = s / 86400, d % 86400000 "
                     "FROM v WHERE id = 9") == Rows{{"1", "1", "1", "1", "0"}});
    // What is cut off is told before.
    const std::string warnings = obstacles(wanted, engine::Severity::warning);
    CHECK(holds(warnings, "column \"v\".\"ms\" has a fraction of a millisecond, in the row with "
                          "\"id\" "));
    CHECK(holds(warnings, "column \"v\".\"s\" has a fraction of a second"));
    CHECK(!holds(warnings, "\"v\".\"us\""));
    CHECK(obstacles(wanted, engine::Severity::error).empty());
}

TEST_CASE("infinity and far dates have no number, and are refused by row") {
    for (const char* value : {"'infinity'", "'-infinity'", "'0044-03-15 BC'", "'10000-01-01'"}) {
        for (const char* type : {"date", "timestamp", "timestamptz"}) {
            const std::string why =
                refusal(fmt::format("CREATE TABLE v (a int, b text, at_ {}, PRIMARY KEY (b, a)); "
                                    "INSERT INTO v VALUES (1, 'x', '2024-01-01'), (7, 'y', {})",
                                    type, value),
                        {{{type, epoch_s}}, {}});
            CHECK_MESSAGE(holds(why, "column \"v\".\"at_\" has infinity, or a date outside of the "
                                     "years 1 to 9999, in the row with \"b\" y, \"a\" 7"),
                          why);
        }
    }
}

TEST_CASE("numbers: those that would change are refused by row") {
    const std::string table = "CREATE TABLE v (id int PRIMARY KEY, n numeric DEFAULT 1.5, "
                              "i numeric(20,2), x numeric(10,2) NOT NULL DEFAULT 7);";
    const Encodings wanted{{{"numeric", real}}, {{"v.i", integer}, {"v.x", text}}};
    const Copied copied(table + "INSERT INTO v VALUES (1, 0.1, 5.00, 1.10), (2, -1e300, "
                                "-123456789012345678, 0), (3, 9007199254740992, 0, -0.01), "
                                "(4, NULL, NULL, 1), (5, 123456789.123456, 1, 1)",
                        wanted);
    CHECK(copied.query("SELECT id, n, i, x, typeof(n), typeof(i), typeof(x) FROM v WHERE id <> 2 "
                       "ORDER BY id") ==
          Rows{{"1", "0.1", "5", "1.10", "real", "integer", "text"},
               {"3", "9.00719925474099e+15", "0", "-0.01", "real", "integer", "text"},
               {"4", null, null, "1.00", "null", "null", "text"},
               {"5", "123456789.123456", "1", "1.00", "real", "integer", "text"}});
    CHECK(copied.query("SELECT n = -1e300, i FROM v WHERE id = 2") ==
          Rows{{"1", "-123456789012345678"}});
    copied.notices("UPDATE v SET n = n + 2 WHERE id = 3");
    copied.notices("UPDATE v SET i = i + 1 WHERE id = 2");
    copied.notices("UPDATE v SET x = '1.11' WHERE id = 1");
    copied.database->script("INSERT INTO v (id) VALUES (9)");
    CHECK(copied.query("SELECT n, i, x FROM v WHERE id = 9") == Rows{{"1.5", null, "7"}});

    for (const char* value : {"9007199254740993", "0.10000000000000000001", "'NaN'", "1e301",
                              "1e-320", "123456789012345678.5"}) {
        const std::string why =
            refusal(table + "INSERT INTO v VALUES (1, 1, 1, 1), (2, " + value + ", 1, 1)", wanted);
        CHECK_MESSAGE(holds(why, "column \"v\".\"n\" has a number that a double would round, in "
                                 "the row with \"id\" 2"),
                      value, why);
    }
    for (const char* value : {"1.5", "'NaN'", "-0.01"}) {
        const std::string why =
            refusal(table + "INSERT INTO v VALUES (1, 1, 1, 1), (2, 1, " + value + ", 1)", wanted);
        CHECK_MESSAGE(holds(why, "column \"v\".\"i\" has a number that no 64-bit integer holds"),
                      why);
    }
    CHECK(holds(refusal("CREATE TABLE v (i numeric); INSERT INTO v VALUES (9223372036854775808)",
                        {{{"numeric", integer}}, {}}),
                "in the row with ctid (0,1)"));
}

TEST_CASE("booleans and integers as text, uuid as a blob, bytea as hex, inet without its mask") {
    const Copied copied(
        "CREATE TABLE v (id bigint PRIMARY KEY, b boolean DEFAULT true, u uuid, y bytea DEFAULT "
        "'\\x0aff', a inet, r float8);"
        "CREATE TABLE w (v bigint REFERENCES v);"
        "INSERT INTO v VALUES (-9223372036854775808, true, 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', "
        "'\\x00ff5c', '10.0.0.1/8', 'NaN'), (2, false, '00000000-0000-0000-0000-000000000000', '', "
        "'fe80::1', 0.1), (3, NULL, NULL, NULL, NULL, NULL);"
        "INSERT INTO w VALUES (2)",
        {{{"bool", text}, {"int8", text}, {"uuid", blob}, {"bytea", text}, {"inet", host}},
         {{"v.r", text}}});
    CHECK(copied.query("SELECT id, b, hex(u), y, a, r, typeof(id), typeof(u), typeof(y) FROM v "
                       "ORDER BY id") ==
          Rows{{"-9223372036854775808", "t", "A0EEBC999C0B4EF8BB6D6BB9BD380A11", "00ff5c",
                "10.0.0.1", "NaN", "text", "blob", "text"},
               {"2", "f", std::string(32, '0'), "", "fe80::1", "0.1", "text", "blob", "text"},
               {"3", null, "", null, null, null, "text", "null", "null"}});
    copied.notices("UPDATE v SET b = 'f' WHERE b = 't'");
    copied.notices("UPDATE v SET b = 1 WHERE b = 't'");
    copied.notices("UPDATE v SET u = zeroblob(15) WHERE id = '2'");
    copied.notices("UPDATE v SET u = '00000000-0000-0000-0000-000000000000' WHERE id = '2'");
    copied.notices("UPDATE v SET y = '00ff5d' WHERE y = '00ff5c'");
    copied.notices("UPDATE v SET y = '00FF5C' WHERE y = '00ff5c'");
    copied.notices("UPDATE v SET a = '10.0.0.1/8' WHERE a = '10.0.0.1'");
    copied.database->script("INSERT INTO v (id) VALUES ('9')");
    CHECK(copied.query("SELECT b, y FROM v WHERE id = '9'") == Rows{{"t", "0aff"}});
}

TEST_CASE("arrays as JSON, enums and domains") {
    const Copied copied(
        "CREATE TYPE mood AS ENUM ('sad', 'it''s \"ok\"', 'glad'); CREATE DOMAIN tags AS text[];"
        "CREATE TABLE v (id int PRIMARY KEY, t tags DEFAULT '{}', c character varying(9)[], i "
        "bigint[], n numeric[], b boolean[], u uuid[], z timestamptz[], s timestamp[], d date[], f "
        "float8[], y bytea[], p character(3)[], e mood, es mood[]);"
        R"(INSERT INTO v VALUES (1, ARRAY['a', NULL, '', 'NULL', '{x,"y"}', E'back\\slash "q"', )"
        R"('ä€😀', E'line\n\ttab\x01', ' ', '[1]'], '{x,y}', '{1,NULL,-9223372036854775808}', )"
        "'{1.10,NULL,123456789012345678901234567890.5,NaN}', '{t,NULL,f}', "
        "'{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}', '{2024-01-02 03:04:05.000006+02,infinity}', "
        "'{2024-01-02 03:04:05}', '{0001-01-01,9999-12-31,-infinity}', '{0.1,1e300,-0,NaN}', "
        "ARRAY['\\x00ff'::bytea, ''], '{a}', 'it''s \"ok\"', '{glad,NULL}'), "
        "(2, '{{a,b},{c,NULL}}', '{}', '{{{1}}}', NULL, '{{t},{f}}', NULL, NULL, NULL, NULL, NULL, "
        "NULL, NULL, 'sad', '{}')",
        {});
    CHECK(copied.query("SELECT t, c, i, n, b FROM v ORDER BY id") ==
          Rows{{R"(["a",null,"","NULL","{x,\"y\"}","back\\slash \"q\"","ä€😀",)"
                R"("line\n\ttab\u0001"," ","[1]"])",
                R"(["x","y"])", "[1,null,-9223372036854775808]",
                "[1.10,null,123456789012345678901234567890.5,\"NaN\"]", "[true,null,false]"},
               {R"([["a","b"],["c",null]])", "[]", "[[[1]]]", null, "[[true],[false]]"}});
    CHECK(copied.query("SELECT u, z, s, d, f, y, p, e, es FROM v WHERE id = 1") ==
          Rows{{R"(["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"])",
                R"(["2024-01-02 01:04:05.000006","infinity"])", R"(["2024-01-02 03:04:05"])",
                R"(["0001-01-01","9999-12-31","-infinity"])", R"([0.1,1e+300,-0,"NaN"])",
                R"(["\\x00ff","\\x"])", R"(["a  "])", "it's \"ok\"", R"(["glad",null])"}});
    CHECK(copied.query("SELECT value FROM v, json_each(t) WHERE v.id = 1 AND key = 5") ==
          Rows{{"back\\slash \"q\""}});
    for (const char* change :
         {R"(t = replace(t, '"NULL"', 'null'))", "t = replace(t, 'ä', 'a')",
          "t = replace(t, '[1]', '1')", "i = '[1,null,-9223372036854775807]'",
          "n = replace(n, '.5,', '.6,')", "b = '[true,false,null]'", "b = '[[true,null,false]]'",
          "b = '[true,null,false'", "c = '{\"x\":\"y\"}'", "c = '\"x\"'",
          "z = replace(z, '006', '007')", "f = replace(f, '0.1', '0.10000000000000002')",
          "y = replace(y, '00ff', '00fe')", "e = 'sad'", "es = '[\"glad\",\"sad\"]'"})
        copied.notices(std::string("UPDATE v SET ") + change + " WHERE id = 1");
    copied.notices("UPDATE v SET t = '[[\"a\",\"b\",\"c\"],[null]]' WHERE id = 2");
    copied.notices("UPDATE v SET c = '[[]]' WHERE id = 2");
    copied.database->script("INSERT INTO v (id, e) VALUES (9, 'new label')");
    CHECK(copied.query("SELECT t FROM v WHERE id = 9") == Rows{{"[]"}});

    for (const char* value : {"'[0:1]={1,2}'", "'[1:1][2:3]={{1,2}}'"}) {
        const std::string table =
            fmt::format("CREATE TABLE v (id int PRIMARY KEY, a int[]); INSERT INTO v VALUES "
                        "(1, '{{1}}'), (2, '{{}}'), (3, {})",
                        value);
        CHECK(holds(refusal(table, {}), "column \"v\".\"a\" has an array that does not begin at "
                                        "1, in the row with \"id\" 3"));
        const Copied as_text(table, {{{"array", text}}, {}});
        CHECK(as_text.query(fmt::format("SELECT group_concat(a, '|'), (SELECT a = {} FROM v WHERE "
                                        "id = 3) FROM v WHERE id < 3",
                                        value)) == Rows{{"{1}|{}", "1"}});
    }
    CHECK(holds(refusal("CREATE TABLE v (id int PRIMARY KEY, a timestamptz[]); INSERT INTO v "
                        "VALUES (1, '{2024-01-01,infinity}'), (2, '{0044-03-15 BC}')",
                        {}),
                "a date outside of the years 1 to 9999, in the row with \"id\" 2"));
}

TEST_CASE("numbers in arrays that no JSON reader takes are refused, unless the array is a text") {
    for (const char* type : {"numeric[]", "numeric(500,2)[]"})
        for (const char* value : {"1e309", "-2e308"}) {
            const std::string table =
                fmt::format("CREATE TABLE v (id int PRIMARY KEY, a {}); INSERT INTO v VALUES "
                            "(1, '{{NULL,NaN,1e308,-1e-9}}'), (2, NULL), (3, '{{{{1}},{{{}}}}}')",
                            type, value);
            CHECK(holds(refusal(table, {}), "column \"v\".\"a\" has an array with a number above "
                                            "1.7976931348623157e308, in the row with \"id\" 3"));
            const Copied as_text(table, {{{"array", text}}, {}});
            CHECK(as_text.query("SELECT length(a) > 300 FROM v WHERE id = 3") == Rows{{"1"}});
        }
    const Copied fits("CREATE TABLE v (id int PRIMARY KEY, a numeric[]); INSERT INTO v VALUES "
                      "(1, '{1e308,-1.7e308,NaN}'), (2, '{{1},{NULL}}')",
                      {});
    CHECK(fits.query("SELECT a FROM v WHERE id = 2") == Rows{{"[[1],[null]]"}});
}

TEST_CASE("what SQLite has no type for comes as PostgreSQL's text, where the suite says so") {
    const Encodings wanted{{},
                           {{"v.r", text},
                            {"v.p", text},
                            {"v.i", text},
                            {"v.v", text},
                            {"v.z", text},
                            {"v.j", text},
                            {"v.g", text}}};
    const Copied copied(
        "CREATE TYPE pair AS (a int, b text);"
        "CREATE TABLE v (id int PRIMARY KEY, r int4range DEFAULT '[1,5)', p pair, i interval, v "
        "tsvector, z timetz, j jsonb[], g point);"
        "INSERT INTO v VALUES (1, '[1,5]', ROW(1, 'x, y'), '1 day 02:00', 'fat cat', '04:05+02', "
        "ARRAY['{\"a\": 1}'::jsonb], '(1,2)'); INSERT INTO v (id) VALUES (2)",
        wanted);
    CHECK(copied.query("SELECT r, p, i, v, z, j, g FROM v WHERE id = 1") ==
          Rows{{"[1,6)", "(1,\"x, y\")", "1 day 02:00:00", "'cat' 'fat'", "04:05:00+02",
                R"({"{\"a\": 1}"})", "(1,2)"}});
    CHECK(copied.query("SELECT r FROM v WHERE id = 2") == Rows{{"[1,5)"}});
    copied.notices("UPDATE v SET g = '(1,3)' WHERE id = 1");
}

TEST_CASE("encodings that cannot be are obstacles, all told at once") {
    server().reset();
    server().as_locum()->script(
        "CREATE TABLE a (id uuid PRIMARY KEY, seen date, r int4range, l jsonb[]);"
        "CREATE TABLE b (a uuid CONSTRAINT b_to_a REFERENCES a)");
    const Encodings wanted{{},
                           {{"a.seen", blob},
                            {"a.sene", epoch_ms},
                            {"A.seen", epoch_ms},
                            {"a.r", json},
                            {"b.a", blob}}};
    const std::string all = obstacles(wanted, engine::Severity::error);
    for (const char* expected :
         {"copy-encoding: found column \"a\".\"seen\" of type date as blob; expected text, "
          "epoch-s, "
          "epoch-ms, epoch-us",
          "copy-encoding-column: found no column a.sene, which the suite wants as epoch-ms",
          "found no column A.seen", "column \"a\".\"r\" of type int4range as json; expected text",
          "copy-unsupported-type: found column \"a\".\"l\" of type jsonb[]",
          "copy-encoding-key: found column \"b\".\"a\" as blob, which refers to \"a\".\"id\" as "
          "Locum's own choice"})
        CHECK_MESSAGE(holds(all, expected), expected, "\n", all);
    CHECK(obstacles({{{"uuid", blob}}, {{"a.r", text}, {"a.l", text}}}, engine::Severity::error)
              .empty());
    const Scratch scratch;
    CopyRequest request;
    request.source = server().settings();
    request.target = scratch.path("copy.db");
    request.encode = wanted;
    engine::SilentReporter silent;
    CHECK_THROWS_AS(copy(request, silent), engine::Error);
    CHECK(platform::list_folder(scratch.folder()).empty());
}
