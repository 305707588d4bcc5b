// SQLite's DDL for a schema of PostgreSQL.

#include "datasource/catalog.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::datasource {
namespace {

std::string list(const std::vector<std::string>& names) {
    std::vector<std::string> all;
    for (const std::string& name : names)
        all.push_back(quoted(name));
    return fmt::format("{}", fmt::join(all, ", "));
}

std::string type_name(Encoding encoding) {
    switch (encoding) {
    case Encoding::integer:
    case Encoding::epoch_s:
    case Encoding::epoch_ms:
    case Encoding::epoch_us:
        return "INTEGER";
    case Encoding::real:
        return "REAL";
    case Encoding::blob:
        return "BLOB";
    default:
        return "TEXT";
    }
}

std::string type_name(const Column& column) {
    if (column.encoding)
        return type_name(*column.encoding);
    switch (column.type) {
    case Type::boolean:
        return "BOOLEAN"; // affinity NUMERIC
    case Type::integer:
        return "INTEGER";
    case Type::numeric:
        if (const auto precision = precision_of(column.declared); precision && fits_double(column))
            return fmt::format("NUMERIC({}, {})", precision->digits, precision->scale);
        return "TEXT";
    case Type::real:
        return "REAL";
    case Type::bytea:
        return "BLOB";
    case Type::array:
        return "TEXT";
    default:
        // PostgreSQL compares character(n) without its padding.
        return column.declared.starts_with("character(") || column.declared == "character"
                   ? "TEXT COLLATE RTRIM"
                   : "TEXT";
    }
}

// A single integer key is SQLite's own row id.
bool is_row_id(const Table& table, const Column& column) {
    return table.primary_key.size() == 1 && table.primary_key[0] == column.name &&
           column.type == Type::integer && !column.generated && !column.encoding;
}

std::string column_ddl(const Table& table, const Column& column) {
    if (is_row_id(table, column))
        // AUTOINCREMENT, since an id that was given out once must not be given out again.
        return fmt::format("{} INTEGER PRIMARY KEY{}", quoted(column.name),
                           column.identity ? " AUTOINCREMENT" : "");
    std::string text = fmt::format("{} {}", quoted(column.name), type_name(column));
    if (column.not_null)
        text += " NOT NULL";
    if (const auto value = sqlite_default(column))
        text += " DEFAULT " + *value;
    if (const auto expression = sqlite_generated(table, column))
        text += fmt::format(" GENERATED ALWAYS AS ({}) STORED", *expression);
    return text;
}

std::string table_ddl(const Table& table) {
    std::vector<std::string> parts;
    bool has_row_id = false;
    for (const Column& column : table.columns) {
        parts.push_back(column_ddl(table, column));
        has_row_id = has_row_id || is_row_id(table, column);
    }
    if (!table.primary_key.empty() && !has_row_id)
        parts.push_back(fmt::format("PRIMARY KEY ({})", list(table.primary_key)));
    for (const ForeignKey& key : table.foreign_keys)
        parts.push_back(fmt::format(
            "CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({}) ON DELETE {} ON UPDATE {}{}",
            quoted(key.name), list(key.columns), quoted(key.table), list(key.to), key.on_delete,
            key.on_update, key.deferred ? " DEFERRABLE INITIALLY DEFERRED" : ""));
    return fmt::format("CREATE TABLE {} (\n    {}\n);\n", quoted(table.name),
                       fmt::join(parts, ",\n    "));
}

} // namespace

std::string sqlite_ddl(const Schema& schema) {
    std::string text;
    for (const Table& table : schema.tables)
        text += table_ddl(table);
    for (const Table& table : schema.tables)
        for (const Index& index : table.indexes)
            text += fmt::format("CREATE {}INDEX {} ON {} ({});\n", index.unique ? "UNIQUE " : "",
                                quoted(index.name), quoted(table.name), list(index.columns));
    return text;
}

} // namespace locum::datasource
