#include "suite/lint_schema.hpp"

#include "suite/lint_sql.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::suite {

using datasource::Column;
using datasource::Schema;
using datasource::Table;

namespace {

// What the first has and the second has not.
std::vector<std::string> lost(const Schema& before, const Schema& after) {
    std::vector<std::string> names;
    for (const Table& table : before.tables) {
        const Table* other = named(after.tables, table.name);
        if (other == nullptr) {
            names.push_back(fmt::format("the table {}", table.name));
            continue;
        }
        for (const Column& column : table.columns)
            if (named(other->columns, column.name) == nullptr)
                names.push_back(fmt::format("the column {}.{}", table.name, column.name));
    }
    return names;
}

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return text;
}

// Where a migration makes the table; the manifest, where it cannot be told.
struct Made {
    Spot at;
    bool by_host_file = false; // whose text is not the vendor's
};
Made made_by(const Source& source, const std::string& table) {
    const std::string name = lower(table);
    for (const auto& step :
         source.manifest.database.engines.at(datasource::Kind::sqlite).migrations)
        for (const auto& part : step.run) {
            const std::string sql = lower(part.sql);
            for (std::size_t at = 0; (at = sql.find("create table", at)) != sql.npos; ++at) {
                const std::string head = sql.substr(at, sql.find('(', at) - at);
                const std::size_t word = head.find_last_not_of(" \t\r\n\"`]");
                if (word != head.npos && word + 1 >= name.size() &&
                    head.compare(word + 1 - name.size(), name.size(), name) == 0 &&
                    std::string_view(" \t\r\n\"`[.").find(head[word - name.size()]) !=
                        std::string_view::npos)
                    return {
                        {part.name,
                         static_cast<unsigned>(
                             1 + std::count(sql.begin(),
                                            sql.begin() + static_cast<std::ptrdiff_t>(at), '\n'))},
                        !part.host_file.empty()};
            }
        }
    return {table_at(source, {"database", "sqlite"})};
}
Spot made_at(const Source& source, const std::string& table) {
    return made_by(source, table).at;
}

void lint_node_local(const Source& source, const Schema& schema, Remarks& remarks) {
    const std::vector<std::string>& local = source.manifest.database.node_local;
    for (const std::string& name : local) {
        const Table* table = named(schema.tables, name);
        if (table == nullptr) {
            remarks.error(table_at(source, {"database"}),
                          {"node-local-missing",
                           fmt::format("'{}' in 'node-local', and no such table in schema {}", name,
                                       source.manifest.schema),
                           "tables that the migrations make",
                           "correct the name, or take it out of node-local"});
            continue;
        }
        for (const datasource::ForeignKey& key : table->foreign_keys)
            if (std::find(local.begin(), local.end(), key.table) == local.end())
                remarks.note(made_at(source, name),
                             {"node-local-key",
                              fmt::format("the node-local table '{}' refers to '{}', which is not "
                                          "node-local",
                                          name, key.table),
                              "a server that bears it when the row it refers to is gone: on a copy "
                              "it is as old as the copy",
                              "nothing is to be done, if it does"});
    }
    for (const Table& table : schema.tables)
        for (const datasource::ForeignKey& key : table.foreign_keys)
            if (std::find(local.begin(), local.end(), table.name) == local.end() &&
                std::find(local.begin(), local.end(), key.table) != local.end())
                remarks.warning(
                    made_at(source, table.name),
                    {"node-local-referred",
                     fmt::format("the table '{}' refers to '{}', which is node-local", table.name,
                                 key.table),
                     "no reference to rows that may be lost with a copy",
                     fmt::format("take '{}' out of node-local, or the reference out", key.table)});
}

void lint_keyless(const Source& source, const std::string& table, Remarks& remarks) {
    const Made made = made_by(source, table);
    const std::string found = fmt::format("the table '{}' without a primary key", table);
    const std::string why = "one in every table: without it nobody can tell which of two equal "
                            "rows a difference or a repair is about";
    if (made.by_host_file)
        remarks.note(made.at, {"primary-key", found, why,
                               "nothing is to be done, if it is to stay as its maker ships it"});
    else
        remarks.warning(made.at, {"primary-key", found, why, "add a PRIMARY KEY in a migration"});
}

} // namespace

std::vector<std::string> differences(const Schema& expected, const Schema& found) {
    std::vector<std::string> texts;
    for (const std::string& name : lost(expected, found))
        texts.push_back(name + " is missing");
    for (const std::string& name : lost(found, expected))
        texts.push_back(name + " is left over");
    for (const Table& table : expected.tables)
        if (const Table* other = named(found.tables, table.name);
            other != nullptr && other->primary_key != table.primary_key)
            texts.push_back(fmt::format("the primary key of {} is ({}) and not ({})", table.name,
                                        fmt::join(other->primary_key, ", "),
                                        fmt::join(table.primary_key, ", ")));
    return texts;
}

void lint_tables(const Source& source, const Schema& schema, Remarks& remarks) {
    // The version's own table has one row.
    const std::vector<std::string> versions =
        sources_of(source.manifest.database.engines.at(datasource::Kind::sqlite).version.query);
    for (const Table& table : schema.tables)
        if (table.primary_key.empty() &&
            std::find(versions.begin(), versions.end(), lower(table.name)) == versions.end())
            lint_keyless(source, table.name, remarks);
    lint_node_local(source, schema, remarks);
}

void lint_promises(const Source& source, const std::map<std::string, Schema>& schemas,
                   Remarks& remarks) {
    const Manifest& manifest = source.manifest;
    const auto now = schemas.find(manifest.schema);
    if (now == schemas.end() || manifest.old_binary_on_new_schema != Compatibility::works)
        return;
    for (const std::string& from : manifest.upgrades_from) {
        const auto before = schemas.find(from);
        if (before == schemas.end() || from == manifest.schema)
            continue;
        const std::vector<std::string> names = lost(before->second, now->second);
        if (!names.empty())
            remarks.warning(
                table_at(source, {"compatibility"}),
                {"promise-doubtful",
                 fmt::format("old-binary-on-new-schema = \"works\", though schema {} has no more "
                             "{} of schema {}",
                             manifest.schema, fmt::join(names, ", "), from),
                 "\"breaks\", unless servers of that schema never use it",
                 "write old-binary-on-new-schema = \"breaks\" if in doubt"});
    }
}

} // namespace locum::suite
