#include "datasource/schema.hpp"

#include "datasource/catalog.hpp"
#include "datasource/embedded.hpp"

#include <fmt/format.h>

#include <array>

namespace locum::datasource {
namespace {

std::string text(const Row& row, std::size_t column) {
    return row.at(column).value_or("");
}
bool truth(const Row& row, std::size_t column) {
    return row.at(column) == "t";
}

Table* find(Schema& schema, const std::string& name) {
    const auto at = std::find_if(schema.tables.begin(), schema.tables.end(),
                                 [&](const Table& table) { return table.name == name; });
    return at == schema.tables.end() ? nullptr : &*at;
}

std::string action(const std::string& code) {
    return code == "c"   ? "CASCADE"
           : code == "n" ? "SET NULL"
           : code == "d" ? "SET DEFAULT"
           : code == "r" ? "RESTRICT"
                         : "NO ACTION";
}

void read_keys(Connection& connection, Schema& schema) {
    for (const Row& row : connection.query(embedded::keys_sql)) {
        Table* table = find(schema, text(row, 0));
        if (table == nullptr)
            continue;
        if (text(row, 2) == "p") {
            table->primary_key.push_back(text(row, 3));
            continue;
        }
        auto& keys = table->foreign_keys;
        if (keys.empty() || keys.back().name != text(row, 1))
            keys.push_back({text(row, 1),
                            {},
                            text(row, 4),
                            {},
                            action(text(row, 6)),
                            action(text(row, 7)),
                            truth(row, 8)});
        keys.back().columns.push_back(text(row, 3));
        keys.back().to.push_back(text(row, 5));
    }
}

Type type_of_row(const Row& row) {
    if (text(row, 9) == "enum")
        return Type::enumeration;
    if (text(row, 9) != "array")
        return type_of_postgresql(text(row, 2));
    const Type element =
        text(row, 10) == "enum" ? Type::enumeration : type_of_postgresql(text(row, 10));
    // A document in an array could not be told from an array in it.
    const bool document = element == Type::json || text(row, 10) == "xml";
    return element == Type::other || document ? Type::other : Type::array;
}

Schema read_postgresql(Connection& connection) {
    Schema schema;
    for (const Row& row : connection.query(embedded::tables_sql)) {
        Table table;
        table.name = text(row, 0);
        table.estimated_rows = std::stoll(text(row, 1));
        schema.tables.push_back(std::move(table));
    }
    for (const Row& row : connection.query(embedded::columns_sql)) {
        Table* table = find(schema, text(row, 0));
        if (table == nullptr)
            continue;
        Column column;
        column.name = text(row, 1);
        column.type = type_of_row(row);
        const bool built_in = column.type != Type::other && column.type != Type::enumeration &&
                              column.type != Type::array;
        column.declared = text(row, built_in ? 2 : 3);
        if (column.type == Type::array)
            column.element = text(row, 10);
        column.not_null = truth(row, 4);
        column.identity = truth(row, 5);
        column.default_sql = row.at(6);
        column.generated = row.at(7);
        column.sequence = text(row, 8);
        table->columns.push_back(std::move(column));
    }
    read_keys(connection, schema);
    for (const Row& row : connection.query(embedded::indexes_sql)) {
        Table* table = find(schema, text(row, 0));
        if (table == nullptr)
            continue;
        if (table->indexes.empty() || table->indexes.back().name != text(row, 1))
            table->indexes.push_back({text(row, 1), truth(row, 2), {}});
        table->indexes.back().columns.push_back(text(row, 3));
    }
    return schema;
}

void read_sqlite_columns(Connection& connection, Table& table) {
    std::map<int, std::string> key; // by place in the key
    for (const Row& row : connection.query("SELECT name, type, \"notnull\", dflt_value, pk, hidden "
                                           "FROM pragma_table_xinfo($1) ORDER BY cid",
                                           {table.name})) {
        Column column;
        column.name = text(row, 0);
        column.declared = text(row, 1);
        column.type = type_of_sqlite(column.declared);
        column.not_null = text(row, 2) == "1";
        column.default_sql = row.at(3);
        if (text(row, 5) == "2" || text(row, 5) == "3")
            column.generated = "";
        if (text(row, 4) != "0")
            key[std::stoi(text(row, 4))] = column.name;
        table.columns.push_back(std::move(column));
    }
    for (const auto& [place, name] : key)
        table.primary_key.push_back(name);
    for (Column& column : table.columns)
        if (key.size() == 1 && column.name == key.begin()->second && column.declared == "INTEGER")
            column.identity = true;
}

void read_sqlite_keys(Connection& connection, Table& table) {
    std::string last;
    for (const Row& row : connection.query("SELECT id, \"from\", \"table\", \"to\", on_delete, "
                                           "on_update FROM pragma_foreign_key_list($1) "
                                           "ORDER BY id, seq",
                                           {table.name})) {
        if (table.foreign_keys.empty() || text(row, 0) != last)
            table.foreign_keys.push_back(
                {"", {}, text(row, 2), {}, text(row, 4), text(row, 5), false});
        last = text(row, 0);
        table.foreign_keys.back().columns.push_back(text(row, 1));
        table.foreign_keys.back().to.push_back(text(row, 3));
    }
    for (const Row& row :
         connection.query("SELECT l.name, l.\"unique\", i.name FROM pragma_index_list($1) l, "
                          "pragma_index_info(l.name) i WHERE l.origin <> 'pk' AND l.partial = 0 "
                          "AND i.name IS NOT NULL ORDER BY l.name, i.seqno",
                          {table.name})) {
        if (table.indexes.empty() || table.indexes.back().name != text(row, 0))
            table.indexes.push_back({text(row, 0), text(row, 1) == "1", {}});
        table.indexes.back().columns.push_back(text(row, 2));
    }
}

Schema read_sqlite(Connection& connection) {
    Schema schema;
    for (const Row& row :
         connection.query("SELECT name FROM sqlite_schema WHERE type = 'table' AND "
                          "name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name")) {
        Table table;
        table.name = text(row, 0);
        read_sqlite_columns(connection, table);
        read_sqlite_keys(connection, table);
        schema.tables.push_back(std::move(table));
    }
    return schema;
}

} // namespace

Type type_of_postgresql(std::string_view declared) {
    static const std::map<std::string, Type, std::less<>> types{
        {"boolean", Type::boolean},
        {"smallint", Type::integer},
        {"integer", Type::integer},
        {"bigint", Type::integer},
        {"numeric", Type::numeric},
        {"real", Type::real},
        {"double precision", Type::real},
        {"text", Type::text},
        {"character varying", Type::text},
        {"character", Type::text},
        {"inet", Type::text},
        {"cidr", Type::text},
        {"macaddr", Type::text},
        {"macaddr8", Type::text},
        {"xml", Type::text},
        {"bytea", Type::bytea},
        {"date", Type::date},
        {"time without time zone", Type::time},
        {"timestamp without time zone", Type::timestamp},
        {"timestamp with time zone", Type::timestamptz},
        {"uuid", Type::uuid},
        {"json", Type::json},
        {"jsonb", Type::json},
    };
    const auto found = types.find(plain_type(declared));
    return found == types.end() ? Type::other : found->second;
}

// SQLite's own rules of affinity, in their order, after the names that it treats as numbers.
Type type_of_sqlite(std::string_view declared) {
    std::string capitals(declared);
    for (char& c : capitals)
        if (c >= 'a' && c <= 'z')
            c = static_cast<char>(c - 'a' + 'A');
    const auto has = [&](std::string_view part) {
        return capitals.find(part) != std::string::npos;
    };
    if (has("INT"))
        return Type::integer;
    if (has("CHAR") || has("CLOB") || has("TEXT"))
        return Type::text;
    if (has("BLOB"))
        return Type::bytea;
    if (has("REAL") || has("FLOA") || has("DOUB"))
        return Type::real;
    if (has("BOOL"))
        return Type::boolean;
    if (has("NUMERIC") || has("DECIMAL"))
        return Type::numeric;
    return Type::other; // any value, kept as it is
}

Schema read_schema(Connection& connection) {
    return connection.kind() == Kind::postgresql ? read_postgresql(connection)
                                                 : read_sqlite(connection);
}

} // namespace locum::datasource
