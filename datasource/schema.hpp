#pragma once
// The suite's tables as the catalog tells them, for both engines.

#include "datasource/connection.hpp"
#include "datasource/encoding.hpp"
#include "engine/check.hpp"

#include <string>
#include <vector>

namespace locum::datasource {

// The types that a copy carries. timestamp: without zone; timestamptz: an instant, kept as UTC.
enum class Type {
    boolean,
    integer,
    numeric,
    real,
    text,
    bytea,
    date,
    time,
    timestamp,
    timestamptz,
    uuid,
    json,
    enumeration,
    array, // of any of the above but json
    other
};

struct Column {
    std::string name;
    Type type = Type::text;
    std::string declared; // as the engine says it: "character varying(64)"
    bool not_null = false;
    bool identity = false;                  // assigned by the database (serial, identity)
    std::optional<std::string> default_sql; // engine's own text, where the copy can use it
    std::optional<std::string> generated;   // expression of a stored generated column
    std::string sequence; // PostgreSQL: what assigns its values, as a name for SQL; "" where none
    std::string element;  // PostgreSQL: what an array is of, "enum" for any enum
    std::optional<Encoding> encoding; // in a copy, where it is another than Locum's own choice
};

struct ForeignKey {
    std::string name;
    std::vector<std::string> columns;
    std::string table;
    std::vector<std::string> to;
    std::string on_delete; // "NO ACTION", "CASCADE", …
    std::string on_update;
    bool deferred = false; // checked at the end of the transaction
};

struct Index {
    std::string name;
    bool unique = false;
    std::vector<std::string> columns;
};

struct Table {
    std::string name;
    std::vector<Column> columns;
    std::vector<std::string> primary_key;
    std::vector<ForeignKey> foreign_keys;
    std::vector<Index> indexes; // without the primary key's
    std::int64_t estimated_rows = 0;
};

struct Schema {
    std::vector<Table> tables; // by name
};

// Tables of the application: schema `public` on PostgreSQL; never Locum's own.
Schema read_schema(Connection& connection);

// What a copy into SQLite cannot carry, by table and column ("copy-unsupported-type", "copy-view",
// "copy-trigger", …). Severity error: the copy would be refused. Severity warning: left out, and it
// matters to writes only, which a copy takes for node-local tables alone. ddl_given: the suite
// gives the copy's DDL (the manifest's copy-ddl, CopyRequest::ddl), so that views, triggers,
// indexes and defaults are the suite's to define, and no obstacle; types that cannot be carried
// still are. Values that would not survive their encoding are found, which reads those tables.
std::vector<engine::Finding> copy_obstacles(Connection& connection, Schema schema,
                                            bool ddl_given = false,
                                            const Encodings& encodings = {});

// CREATE TABLE and CREATE INDEX for SQLite, derived from the catalog. Names stay as they are, also
// those of foreign keys and indexes. boolean is 0 and 1; numeric with at most 15 digits is NUMERIC,
// else TEXT, exact; timestamps, dates, uuid and json are TEXT; character(n) compares without its
// padding (COLLATE RTRIM); enums are TEXT, in the order of texts; arrays are TEXT with JSON, as
// json_each() reads it. A column with an encoding has what that says. A generated column stays one
// where its expression means the same in SQLite, else it is a plain column with the values. CHECK
// constraints, and one for an enum's labels, are left out: the rows satisfy them, the copy is
// read-only, and a migration for SQLite would not know of them.
std::string sqlite_ddl(const Schema& schema);

} // namespace locum::datasource
