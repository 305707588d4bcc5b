#include "datasource/encoded.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace locum::datasource {
namespace {

using engine::Finding;
using engine::Severity;

// As encodings_of() and the manifest call it.
std::string type_of(const Column& column) {
    return column.type == Type::array         ? "array"
           : column.type == Type::enumeration ? "enum"
                                              : plain_type(column.declared);
}

Finding wrong(std::string name, std::string found, std::string expected) {
    return {
        std::move(name), Severity::error, std::move(found), std::move(expected),
        "upgrade with --mode short-downtime, or ask the vendor to correct the suite's encodings"};
}

std::string words(const std::vector<Encoding>& encodings) {
    std::vector<std::string_view> names;
    for (const Encoding encoding : encodings)
        names.push_back(name(encoding));
    return fmt::format("{}", fmt::join(names, ", "));
}

// False where the type cannot have the encoding.
bool set(Column& column, Encoding encoding) {
    const std::vector<Encoding> possible = encodings_of(type_of(column));
    const bool is_text = encoding == Encoding::text; // PostgreSQL has a text for everything
    if (!is_text && std::find(possible.begin(), possible.end(), encoding) == possible.end())
        return false;
    // A numeric is text or number by its precision, where nothing is said.
    const bool as_it_is = !possible.empty() && possible.front() == encoding;
    if (!as_it_is || column.type == Type::numeric)
        column.encoding = encoding;
    else
        column.encoding.reset();
    return true;
}

const Column* find(const Schema& schema, const std::string& table, const std::string& column) {
    for (const Table& each : schema.tables)
        if (each.name == table)
            for (const Column& one : each.columns)
                if (one.name == column)
                    return &one;
    return nullptr;
}

std::string_view word(const Column& column) {
    return column.encoding ? name(*column.encoding) : "Locum's own choice";
}

// SQLite would compare a number with a text, and find no row.
void check_keys(const Schema& schema, std::vector<Finding>& findings) {
    for (const Table& table : schema.tables)
        for (const ForeignKey& key : table.foreign_keys)
            for (std::size_t i = 0; i < key.columns.size(); ++i) {
                const Column* from = find(schema, table.name, key.columns[i]);
                const Column* to = find(schema, key.table, key.to[i]);
                if (from != nullptr && to != nullptr && from->encoding != to->encoding)
                    findings.push_back(wrong(
                        "copy-encoding-key",
                        fmt::format("{} as {}, which refers to {}.{} as {}", place(table, *from),
                                    word(*from), quoted(key.table), quoted(to->name), word(*to)),
                        "one encoding for both sides of a foreign key"));
            }
}

} // namespace

std::string place(const Table& table, const Column& column) {
    return fmt::format("column {}.{}", quoted(table.name), quoted(column.name));
}

std::vector<Finding> encode(Schema& schema, const Encodings& encodings) {
    std::map<std::string, Encoding> types;
    for (const auto& [type, encoding] : encodings.types)
        types[plain_type(type)] = encoding;
    std::map<std::string, Encoding> columns = encodings.columns;
    std::vector<Finding> findings;
    for (Table& table : schema.tables)
        for (Column& column : table.columns) {
            const auto own = columns.find(table.name + "." + column.name);
            const auto type = types.find(type_of(column));
            if (own == columns.end() && type == types.end())
                continue;
            const Encoding wanted = own == columns.end() ? type->second : own->second;
            if (!set(column, wanted)) {
                std::vector<Encoding> possible = encodings_of(type_of(column));
                if (possible.empty())
                    possible = {Encoding::text};
                findings.push_back(wrong("copy-encoding",
                                         fmt::format("{} of type {} as {}", place(table, column),
                                                     column.declared, name(wanted)),
                                         words(possible)));
            }
            if (own != columns.end())
                columns.erase(own);
        }
    for (const auto& [missing, encoding] : columns)
        findings.push_back(
            wrong("copy-encoding-column",
                  fmt::format("no column {}, which the suite wants as {}", missing, name(encoding)),
                  "encodings of columns that the productive database has"));
    check_keys(schema, findings);
    return findings;
}

} // namespace locum::datasource
