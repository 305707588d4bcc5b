#include "datasource/snapshot.hpp"

#include "datasource/embedded.hpp"
#include "engine/error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::datasource {
namespace {

constexpr int attempts = 5;
constexpr const char* begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

std::vector<std::string> table_names(Connection& connection) {
    std::vector<std::string> names;
    for (const Row& row : connection.query(embedded::tables_sql))
        names.push_back(row.at(0).value_or(""));
    return names;
}

std::vector<std::string> table_names(const Schema& schema) {
    std::vector<std::string> names;
    for (const Table& table : schema.tables)
        names.push_back(table.name);
    return names;
}

bool is_gone(const engine::Error& error) {
    return std::string_view(error.what()).find("[42P01]") != std::string_view::npos;
}

// Locks first, snapshot then: a TRUNCATE between the two would show as an empty table. False where
// tables came or went meanwhile.
bool try_snapshot(Snapshot& snapshot) {
    const std::vector<std::string> names = table_names(*snapshot.main);
    std::vector<std::string> locked;
    for (const std::string& name : names)
        locked.push_back("ONLY public." + quoted(name));
    snapshot.main->script(begin);
    if (!locked.empty()) {
        try {
            snapshot.main->script(
                fmt::format("LOCK TABLE {} IN ACCESS SHARE MODE", fmt::join(locked, ", ")));
        } catch (const engine::Error& error) {
            if (!is_gone(error))
                throw;
            return false;
        }
    }
    snapshot.taken_ms = std::stoll(
        snapshot.reader->query("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint")
            .at(0)
            .at(0)
            .value());
    const std::string id =
        snapshot.main->query("SELECT pg_export_snapshot()").at(0).at(0).value_or("");
    snapshot.reader->script(begin);
    snapshot.reader->script(fmt::format("SET TRANSACTION SNAPSHOT '{}'", id));
    snapshot.schema = read_schema(*snapshot.main);
    return table_names(snapshot.schema) == names;
}

} // namespace

Snapshot take_snapshot(const Settings& settings) {
    ConnectOptions options;
    options.application_name = "locum-copy";
    Snapshot snapshot;
    snapshot.main = connect(settings, settings.locum, options);
    snapshot.reader = connect(settings, settings.locum, options);
    // A policy would hide rows without a word; so it becomes an error.
    snapshot.main->script("SET row_security = off");
    snapshot.reader->script("SET row_security = off");
    for (int attempt = 0; !try_snapshot(snapshot); ++attempt) {
        if (attempt == attempts)
            throw engine::Error("tables are created or dropped in the productive database all the "
                                "time; the copy needs a moment without")
                .remedy("find out who does it (pg_stat_activity), stop it, then try again");
        snapshot.main->script("ROLLBACK");
        snapshot.reader->script("ROLLBACK"); // outside of a transaction it does nothing
    }
    const Rows bytes = snapshot.main->query(
        "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class "
        "WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'");
    snapshot.source_bytes = std::stoull(bytes.at(0).at(0).value());
    return snapshot;
}

std::int64_t last_assigned(Connection& connection, const Column& column) {
    return std::stoll(connection
                          .query("SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 "
                                 "END FROM " +
                                 column.sequence)
                          .at(0)
                          .at(0)
                          .value());
}

} // namespace locum::datasource
