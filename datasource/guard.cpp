#include "datasource/guard.hpp"

#include "datasource/catalog.hpp"
#include "engine/error.hpp"

#include <fmt/format.h>

#include <array>

namespace locum::datasource {
namespace {

constexpr std::array<std::string_view, 3> operations{"INSERT", "UPDATE", "DELETE"};

// SQLite finds tables by name without regard to case.
std::set<std::string> all_folded(const std::set<std::string>& names) {
    std::set<std::string> all;
    for (const std::string& each : names)
        all.insert(folded(each));
    return all;
}

std::vector<std::string> tables(Connection& copy) {
    std::vector<std::string> names;
    for (const Row& row : copy.query("SELECT name FROM sqlite_schema WHERE type = 'table' "
                                     "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"))
        names.push_back(row.at(0).value_or(""));
    return names;
}

std::string trigger_name(const std::string& table, std::string_view operation) {
    return fmt::format("locum_guard_{}_{}", folded(operation), table);
}

std::string trigger_sql(const std::string& table, std::string_view operation) {
    return fmt::format("CREATE TRIGGER {} BEFORE {} ON {} BEGIN SELECT RAISE(ABORT, '{}'); END",
                       quoted(trigger_name(table, operation)), operation, quoted(table),
                       guard_message);
}

} // namespace

void guard(Connection& copy, const std::set<std::string>& node_local) {
    const std::vector<std::string> all = tables(copy);
    std::set<std::string> missing = all_folded(node_local);
    for (const std::string& table : all)
        missing.erase(folded(table));
    if (!missing.empty())
        throw engine::Error(fmt::format("the manifest calls table \"{}\" node-local, but the copy "
                                        "has no such table",
                                        *missing.begin()),
                            engine::Kind::refused)
            .remedy("ask the vendor: node-local must name tables of the new schema");
    const std::set<std::string> free = all_folded(node_local);
    Transaction transaction(copy);
    for (const std::string& table : all) {
        for (const std::string_view operation : operations) {
            copy.script("DROP TRIGGER IF EXISTS " + quoted(trigger_name(table, operation)));
            if (!free.contains(folded(table)))
                copy.script(trigger_sql(table, operation));
        }
    }
    const std::vector<std::string> without = unguarded(copy, node_local);
    if (!without.empty())
        throw engine::Error(
            fmt::format("table \"{}\" of the copy could not be made read-only", without.front()));
    transaction.commit();
}

std::vector<std::string> unguarded(Connection& copy, const std::set<std::string>& node_local) {
    std::set<std::string> triggers;
    for (const Row& row : copy.query("SELECT sql FROM sqlite_schema WHERE type = 'trigger'"))
        triggers.insert(row.at(0).value_or(""));
    const std::set<std::string> free = all_folded(node_local);
    std::vector<std::string> without;
    for (const std::string& table : tables(copy)) {
        if (free.contains(folded(table)))
            continue;
        for (const std::string_view operation : operations) {
            if (!triggers.contains(trigger_sql(table, operation))) {
                without.push_back(table);
                break;
            }
        }
    }
    return without;
}

} // namespace locum::datasource
