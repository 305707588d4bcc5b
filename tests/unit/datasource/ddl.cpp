#include "datasource/schema.hpp"

#include "datasource/catalog.hpp"
#include "tests/unit/datasource/scratch.hpp"

#include <doctest/doctest.h>

using namespace locum;
using namespace locum::datasource;

namespace {

Column column(const std::string& name, const std::string& declared) {
    Column made;
    made.name = name;
    made.declared = declared;
    made.type = type_of_postgresql(declared);
    return made;
}

std::string default_of(const std::string& declared, const std::string& expression) {
    Column made = column("c", declared);
    made.default_sql = expression;
    return sqlite_default(made).value_or("(none)");
}

std::string generated(const std::string& declared, const std::string& expression) {
    Table table;
    table.columns = {column("a", "integer"), column("b", "bigint"), column("t", "text"),
                     column("Last \"Name", "character varying(20)"), column("p", "numeric(5,2)")};
    Column made = column("g", declared);
    made.generated = expression;
    table.columns.push_back(made);
    return sqlite_generated(table, made).value_or("(none)");
}

} // namespace

TEST_CASE("types of PostgreSQL") {
    CHECK(type_of_postgresql("timestamp(3) with time zone") == Type::timestamptz);
    CHECK(type_of_postgresql("timestamp without time zone") == Type::timestamp);
    CHECK(type_of_postgresql("numeric(10,2)") == Type::numeric);
    CHECK(type_of_postgresql("character(3)") == Type::text);
    for (const char* other : {"integer[]", "numeric(10,2)[]", "interval", "\"char\"", "colour", "",
                              "time with time zone", "money", "oid", "bit(3)", "public.text"})
        CHECK(type_of_postgresql(other) == Type::other);
    CHECK(fits_double(column("n", "numeric(15,2)")));
    CHECK(fits_double(column("n", "numeric(15,15)")));
    for (const char* wide : {"numeric", "numeric(16,2)", "numeric(5,-2)", "numeric(3,5)"})
        CHECK(!fits_double(column("n", wide)));
}

TEST_CASE("DDL for SQLite") {
    Table device;
    device.name = "Device \"x\"";
    device.columns = {column("id", "bigint"),         column("name", "character varying(64)"),
                      column("code", "character(4)"), column("price", "numeric(10,2)"),
                      column("exact", "numeric"),     column("on", "boolean"),
                      column("blob", "bytea"),        column("seen", "timestamp with time zone"),
                      column("load", "real")};
    device.columns[0].identity = true;
    device.columns[0].not_null = true;
    device.columns[1].not_null = true;
    device.columns[5].default_sql = "true";
    device.primary_key = {"id"};
    device.indexes = {{"by name", true, {"name", "code"}}};
    Table part;
    part.name = "part";
    part.columns = {column("a", "integer"), column("b", "text")};
    part.columns[0].not_null = part.columns[1].not_null = true;
    part.primary_key = {"b", "a"};
    part.foreign_keys = {
        {"part's device", {"a"}, "Device \"x\"", {"id"}, "CASCADE", "NO ACTION", true}};
    const std::string ddl = sqlite_ddl({{device, part}});
    CHECK(ddl ==
          "CREATE TABLE \"Device \"\"x\"\"\" (\n"
          "    \"id\" INTEGER PRIMARY KEY AUTOINCREMENT,\n"
          "    \"name\" TEXT NOT NULL,\n"
          "    \"code\" TEXT COLLATE RTRIM,\n"
          "    \"price\" NUMERIC(10, 2),\n"
          "    \"exact\" TEXT,\n"
          "    \"on\" BOOLEAN DEFAULT 1,\n"
          "    \"blob\" BLOB,\n"
          "    \"seen\" TEXT,\n"
          "    \"load\" REAL\n"
          ");\n"
          "CREATE TABLE \"part\" (\n"
          "    \"a\" INTEGER NOT NULL,\n"
          "    \"b\" TEXT NOT NULL,\n"
          "    PRIMARY KEY (\"b\", \"a\"),\n"
          "    CONSTRAINT \"part's device\" FOREIGN KEY (\"a\") REFERENCES \"Device \"\"x\"\"\" "
          "(\"id\") ON DELETE CASCADE ON UPDATE NO ACTION DEFERRABLE INITIALLY DEFERRED\n"
          ");\n"
          "CREATE UNIQUE INDEX \"by name\" ON \"Device \"\"x\"\"\" (\"name\", \"code\");\n");
    const Scratch scratch;
    scratch.open("a.db")->script(ddl);
}

TEST_CASE("defaults in SQLite's words, or none at all") {
    CHECK(default_of("integer", "5") == "5");
    CHECK(default_of("integer", "'-1'::integer") == "-1");
    CHECK(default_of("integer", "(-1)") == "-1");
    CHECK(default_of("numeric(5,2)", "1.50") == "1.50");
    CHECK(default_of("numeric", "1.50") == "'1.50'");
    CHECK(default_of("text", "'it''s; a test'::text") == "'it''s; a test'");
    CHECK(default_of("character varying(9)", "'x'::character varying") == "'x'");
    CHECK(default_of("boolean", "false") == "0");
    CHECK(default_of("bytea", "'\\x00ff'::bytea") == "X'00ff'");
    CHECK(default_of("timestamp with time zone",
                     "'2024-01-01 00:00:00+00'::timestamp with time zone") ==
          "'2024-01-01 00:00:00'");
    CHECK(default_of("timestamp with time zone", "now()") ==
          "(strftime('%Y-%m-%d %H:%M:%f', 'now'))");
    CHECK(default_of("date", "CURRENT_DATE") == "CURRENT_DATE");
    for (const char* null : {"NULL", "NULL::character varying", "NULL::numeric(10,2)",
                             "(NULL::timestamp with time zone)", "NULL::boolean"})
        for (const char* type : {"text", "boolean", "numeric(10,2)", "bytea"})
            CHECK_MESSAGE(default_of(type, null) == "NULL", std::string(null));
    for (const auto& [type, expression] :
         {std::pair{"text", "NULLIF('a'::text, 'b'::text)"},
          {"text", "(NULL::text || 'x'::text)"},
          {"boolean", "(NULL::boolean IS NULL)"},
          {"text", "upper('x'::text)"},
          {"text", "('a'::text || 'b'::text)"},
          {"integer", "(1 + 2)"},
          {"integer", "nextval('s'::regclass)"},
          {"text", "CURRENT_USER"},
          {"boolean", "(1 = 1)"},
          {"integer", "length('abc'::text)"},
          {"text", "E'\\\\x'::text"},
          {"timestamp with time zone", "(now() + '1 day'::interval)"}})
        CHECK(default_of(type, expression) == "(none)");
}

TEST_CASE("generated columns in SQLite's words, or none at all") {
    CHECK(generated("integer", "(a * (b + 1))") == "(\"a\" * (\"b\" + 1))");
    CHECK(generated("text", "((t || ' '::text) || (\"Last \"\"Name\")::text)") ==
          "((\"t\" || ' ') || (\"Last \"\"Name\"))");
    CHECK(generated("text", "COALESCE(t, '-'::text)") == "COALESCE(\"t\", '-')");
    CHECK(generated("bigint", "((a)::bigint * b)") == "((\"a\") * \"b\")");
    for (const auto& [type, expression] : {std::pair{"text", "lower(t)"},
                                           {"integer", "(t)::integer"},
                                           {"integer", "length(t)"},
                                           {"integer", "(a / 2)"},
                                           {"numeric", "(p * 2)"},
                                           {"integer", "g"},
                                           {"integer", "(a)::numeric(3,0)"},
                                           {"integer", "'1'::integer"},
                                           {"boolean", "(a > b)"},
                                           {"text", "t COLLATE \"C\""},
                                           {"integer", "1.5"},
                                           {"text", "(t)::character varying(3)"}})
        CHECK_MESSAGE(generated(type, expression) == "(none)", expression);
}

TEST_CASE("the schema of an SQLite file") {
    const Scratch scratch;
    const auto database = scratch.open("a.db");
    database->script(
        "CREATE TABLE parent (a INT, b TEXT, PRIMARY KEY (b, a));"
        "CREATE TABLE child (id INTEGER PRIMARY KEY, a INT, b VARCHAR(5) NOT NULL, r "
        "REAL, n DECIMAL(5,2), x, g INT AS (a + 1), FOREIGN KEY (b, a) REFERENCES parent "
        "(b, a) ON DELETE CASCADE); CREATE UNIQUE INDEX u ON child (b, r)");
    const Schema schema = read_schema(*database);
    REQUIRE(schema.tables.size() == 2);
    const Table &child = schema.tables[0], &parent = schema.tables[1];
    CHECK(parent.primary_key == std::vector<std::string>{"b", "a"});
    CHECK(child.primary_key == std::vector<std::string>{"id"});
    CHECK(child.columns[0].identity);
    CHECK(child.columns[2].not_null);
    CHECK(child.columns[2].type == Type::text);
    CHECK(child.columns[3].type == Type::real);
    CHECK(child.columns[4].type == Type::numeric);
    CHECK(child.columns[5].type == Type::other);
    CHECK(child.columns[6].generated.has_value());
    REQUIRE(child.foreign_keys.size() == 1);
    CHECK(child.foreign_keys[0].columns == std::vector<std::string>{"b", "a"});
    CHECK(child.foreign_keys[0].on_delete == "CASCADE");
    REQUIRE(child.indexes.size() == 1);
    CHECK(child.indexes[0].unique);
}
