#include "datasource/snapshot.hpp"

#include "datasource/embedded.hpp"
#include "engine/error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::datasource {
namespace {

constexpr int attempts = 5;
// A part is what one reader may have ready while the other one's is written.
constexpr std::int64_t blocks_of_a_part = 512;
constexpr int with_tid_range_scan = 140000; // before, a part would be looked for in the whole table
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

// In blocks.
std::int64_t largest_table(Connection& connection) {
    return std::stoll(
        connection
            .query(
                "SELECT coalesce(max(pg_relation_size(oid) / current_setting('block_size')::int), "
                "0)::bigint FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind "
                "= 'r'")
            .at(0)
            .at(0)
            .value());
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
    snapshot.taken_ms =
        std::stoll(snapshot.readers.front()
                       ->query("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint")
                       .at(0)
                       .at(0)
                       .value());
    const std::string id =
        snapshot.main->query("SELECT pg_export_snapshot()").at(0).at(0).value_or("");
    for (const auto& reader : snapshot.readers) {
        reader->script(begin);
        reader->script(fmt::format("SET TRANSACTION SNAPSHOT '{}'", id));
    }
    snapshot.schema = read_schema(*snapshot.main);
    return table_names(snapshot.schema) == names;
}

} // namespace

Snapshot take_snapshot(const Settings& settings) {
    ConnectOptions options;
    options.application_name = "locum-copy";
    const auto connected = [&] {
        auto connection = connect(settings, settings.locum, options);
        // A policy would hide rows without a word; so it becomes an error.
        connection->script("SET row_security = off");
        return connection;
    };
    Snapshot snapshot;
    snapshot.main = connected();
    snapshot.readers.push_back(connected());
    if (largest_table(*snapshot.main) > blocks_of_a_part &&
        PQserverVersion(postgresql(*snapshot.main)) >= with_tid_range_scan)
        snapshot.readers.push_back(connected());
    for (int attempt = 0; !try_snapshot(snapshot); ++attempt) {
        if (attempt == attempts)
            throw engine::Error("tables are created or dropped in the productive database all the "
                                "time; the copy needs a moment without")
                .remedy("find out who does it (pg_stat_activity), stop it, then try again");
        snapshot.main->script("ROLLBACK");
        for (const auto& reader : snapshot.readers)
            reader->script("ROLLBACK"); // outside of a transaction it does nothing
    }
    for (const Table& table : snapshot.schema.tables) {
        const Row row = snapshot.main
                            ->query("SELECT pg_relation_size(c, 'main') / "
                                    "current_setting('block_size')::int, pg_total_relation_size(c) "
                                    "FROM CAST($1 AS regclass) AS c",
                                    {"public." + quoted(table.name)})
                            .at(0);
        snapshot.blocks.push_back(std::stoll(row.at(0).value()));
        snapshot.source_bytes += std::stoull(row.at(1).value());
    }
    return snapshot;
}

std::vector<CopyJob> copy_jobs(Snapshot& snapshot, const std::vector<std::string>& selections) {
    std::vector<CopyJob> jobs;
    for (std::size_t table = 0; table < selections.size(); ++table) {
        std::int64_t part = 0;
        // The last part has no end: the table may have grown, and none of it must be left out.
        if (snapshot.readers.size() > 1)
            for (; part + blocks_of_a_part < snapshot.blocks[table]; part += blocks_of_a_part)
                jobs.push_back(
                    {table, fmt::format("COPY ({} WHERE ctid >= '({},0)' AND ctid < "
                                        "'({},0)') TO STDOUT (FORMAT binary)",
                                        selections[table], part, part + blocks_of_a_part)});
        jobs.push_back(
            {table, fmt::format("COPY ({}{}) TO STDOUT (FORMAT binary)", selections[table],
                                part == 0 ? "" : fmt::format(" WHERE ctid >= '({},0)'", part))});
    }
    return jobs;
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
