#include "datasource/encoded.hpp"

#include "datasource/catalog.hpp"

#include <doctest/doctest.h>

using namespace locum;
using namespace locum::datasource;

namespace {

using enum Encoding;

Column column(const std::string& name, const std::string& declared) {
    Column made;
    made.name = name;
    made.declared = declared;
    made.type = type_of_postgresql(declared);
    return made;
}

std::string default_of(const std::string& declared, Encoding encoding,
                       const std::string& expression) {
    Column made = column("c", declared);
    made.encoding = encoding;
    made.default_sql = expression;
    return sqlite_default(made).value_or("(none)");
}

} // namespace

TEST_CASE("names of encodings and types") {
    for (const Encoding each : {text, integer, real, blob, json, host, epoch_s, epoch_ms, epoch_us})
        CHECK(encoding_named(name(each)) == each);
    CHECK(!encoding_named("epoch"));
    CHECK(plain_type("timestamptz") == "timestamp with time zone");
    CHECK(plain_type("timestamp(3) with time zone") == "timestamp with time zone");
    CHECK(plain_type("varchar(3)") == "character varying");
    CHECK(plain_type("int4range") == "int4range");
    CHECK(encodings_of("int8") == std::vector{integer, text});
    CHECK(encodings_of("int4range").empty());
}

TEST_CASE("DDL of a copy with encodings") {
    Table table;
    table.name = "t";
    table.primary_key = {"id"};
    table.columns = {column("id", "bigint"),      column("z", "timestamp(3) with time zone"),
                     column("d", "date"),         column("u", "uuid"),
                     column("n", "numeric(9,2)"), column("m", "numeric"),
                     column("b", "boolean"),      column("p", "character(3)"),
                     column("r", "int4range")};
    table.columns[0].identity = true;
    Schema schema{{table}};
    const Encodings wanted{{{"int8", text},
                            {"timestamptz", epoch_ms},
                            {"date", text},
                            {"uuid", blob},
                            {"numeric", real},
                            {"bool", integer},
                            {"char", text}},
                           {{"t.m", integer}, {"t.r", text}}};
    CHECK(encode(schema, wanted).empty());
    CHECK(sqlite_ddl(schema) == "CREATE TABLE \"t\" (\n"
                                "    \"id\" TEXT,\n"
                                "    \"z\" INTEGER,\n"
                                "    \"d\" TEXT,\n"
                                "    \"u\" BLOB,\n"
                                "    \"n\" REAL,\n"
                                "    \"m\" INTEGER,\n"
                                "    \"b\" BOOLEAN,\n"
                                "    \"p\" TEXT COLLATE RTRIM,\n"
                                "    \"r\" TEXT,\n"
                                "    PRIMARY KEY (\"id\")\n"
                                ");\n");
    const auto findings = encode(schema, {{}, {{"t.b", epoch_s}, {"t.x", text}}});
    REQUIRE(findings.size() == 2);
    CHECK(findings[0].found == "column \"t\".\"b\" of type boolean as epoch-s");
    CHECK(findings[0].expected == "integer, text");
    CHECK(findings[1].name == "copy-encoding-column");
}

TEST_CASE("defaults with encodings") {
    CHECK(default_of("boolean", text, "true") == "'t'");
    CHECK(default_of("integer", text, "-1") == "'-1'");
    CHECK(default_of("numeric", real, "1.5") == "1.5");
    CHECK(default_of("numeric", integer, "'-7'::integer") == "-7");
    CHECK(default_of("bytea", text, "'\\x0aff'::bytea") == "'0aff'");
    CHECK(default_of("int4range", text, "'[1,5)'::int4range") == "'[1,5)'");
    CHECK(default_of("uuid", blob, "gen_random_uuid()") == "(none)");
    CHECK(default_of("uuid", blob, "NULL::uuid") == "NULL");
    CHECK(default_of("date", epoch_s, "CURRENT_DATE") ==
          "(strftime('%s', 'now', 'start of day') * 1)");
    CHECK(default_of("date", epoch_s, "now()") == "(none)");
    CHECK(default_of("timestamptz", epoch_s, "now()") ==
          "(CAST(strftime('%s', 'now') AS INTEGER))");
    CHECK(default_of("timestamptz", epoch_ms, "'2024-01-01 00:00:00+00'::timestamp") == "(none)");
    Column tags = column("tags", "text[]");
    tags.type = Type::array;
    tags.default_sql = "'{}'::text[]";
    CHECK(sqlite_default(tags) == "'[]'");
    tags.default_sql = "'{a}'::text[]";
    CHECK(!sqlite_default(tags));
}
