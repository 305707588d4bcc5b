#pragma once
// The suite's tables as the catalog tells them, for both engines.

#include "datasource/connection.hpp"
#include "engine/check.hpp"

#include <string>
#include <vector>

namespace locum::datasource {

// The types that a copy carries. timestamp: without zone; timestamptz: an instant, kept as UTC.
enum class Type { boolean, integer, numeric, real, text, bytea, date, time, timestamp, timestamptz, uuid, json, other };

struct Column {
    std::string name;
    Type type = Type::text;
    std::string declared; // as the engine says it: "character varying(64)"
    bool not_null = false;
    bool identity = false;                  // assigned by the database (serial, identity)
    std::optional<std::string> default_sql; // engine's own text, where the copy can use it
    std::optional<std::string> generated;   // expression of a stored generated column
};

struct ForeignKey {
    std::string name;
    std::vector<std::string> columns;
    std::string table;
    std::vector<std::string> to;
    std::string on_delete; // "NO ACTION", "CASCADE", …
    std::string on_update;
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

// What a copy into SQLite cannot carry, by table and column ("copy-unsupported-type", …).
std::vector<engine::Finding> copy_obstacles(Connection& connection, const Schema& schema);

// CREATE TABLE and CREATE INDEX for SQLite, derived from the catalog.
std::string sqlite_ddl(const Schema& schema);

} // namespace locum::datasource
