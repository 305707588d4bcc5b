#include "datasource/catalog.hpp"
#include "datasource/embedded.hpp"
#include "datasource/encoded.hpp"

#include <fmt/format.h>

namespace locum::datasource {
namespace {

using engine::Finding;
using engine::Severity;

constexpr const char* way_out =
    "upgrade with --mode short-downtime, or ask the vendor for DDL of the copy";

Finding obstacle(std::string name, std::string found, std::string expected) {
    return {std::move(name), Severity::error, std::move(found), std::move(expected), way_out};
}

Finding remark(std::string name, std::string found, std::string expected) {
    return {std::move(name), Severity::warning, std::move(found), std::move(expected),
            "see that no node-local table depends on it"};
}

// Names that are two for PostgreSQL and one for SQLite, or SQLite's own.
void check_names(const Schema& schema, bool ddl_given, std::vector<Finding>& findings) {
    std::map<std::string, std::string> relations;
    const auto relation = [&](const std::string& name) {
        const auto [other, fresh] = relations.emplace(folded(name), name);
        if (!fresh)
            findings.push_back(obstacle(
                "copy-name-clash", fmt::format("{} and {}", quoted(other->second), quoted(name)),
                "names of tables and indexes that differ in more than capitals"));
        if (folded(name).starts_with("sqlite_"))
            findings.push_back(obstacle("copy-reserved-name", quoted(name),
                                        "a name that SQLite does not reserve"));
    };
    for (const Table& table : schema.tables) {
        relation(table.name);
        for (const Index& index : table.indexes)
            if (!ddl_given)
                relation(index.name);
        std::set<std::string> columns;
        for (const Column& column : table.columns)
            if (!columns.insert(folded(column.name)).second)
                findings.push_back(obstacle("copy-name-clash", place(table, column),
                                            "names of columns that differ in more than capitals"));
    }
}

void check_column(const Table& table, const Column& column, bool ddl_given,
                  std::vector<Finding>& findings) {
    if (column.type == Type::other && !column.encoding) {
        findings.push_back(
            obstacle("copy-unsupported-type",
                     fmt::format("{} of type {}", place(table, column), column.declared),
                     "a type that SQLite can carry, or the column's encoding as text"));
        return;
    }
    if (ddl_given)
        return;
    const bool is_key =
        table.primary_key.size() == 1 && table.primary_key[0] == column.name && !column.encoding;
    if (column.identity && !is_key)
        findings.push_back(remark(
            "copy-identity",
            fmt::format("{} is assigned by the database, and is not the key", place(table, column)),
            "the copy assigns values to integer keys only"));
    if (column.default_sql && !column.identity && !sqlite_default(column))
        findings.push_back(
            remark("copy-default",
                   fmt::format("{} has default {}", place(table, column), *column.default_sql),
                   "a default that SQLite has words for"));
    if (column.generated && !sqlite_generated(table, column))
        findings.push_back(
            remark("copy-generated",
                   fmt::format("{} is generated as {}", place(table, column), *column.generated),
                   "an expression that SQLite has words for; the copy has the values"));
}

} // namespace

std::vector<Finding> copy_obstacles(Connection& connection, Schema schema, bool ddl_given,
                                    const Encodings& encodings) {
    std::vector<Finding> findings;
    if (connection.kind() == Kind::sqlite)
        return findings; // copied page by page
    for (const Row& row : connection.query(embedded::obstacles_sql))
        if (!ddl_given || row.at(2) != "t")
            findings.push_back(obstacle(row.at(0).value_or(""), row.at(1).value_or(""),
                                        "what a copy in SQLite can carry"));
    const auto add = [&](std::vector<Finding> more) {
        findings.insert(findings.end(), std::make_move_iterator(more.begin()),
                        std::make_move_iterator(more.end()));
    };
    add(encode(schema, encodings));
    add(losses(connection, schema));
    check_names(schema, ddl_given, findings);
    for (const Table& table : schema.tables)
        for (const Column& column : table.columns)
            check_column(table, column, ddl_given, findings);
    return findings;
}

} // namespace locum::datasource
