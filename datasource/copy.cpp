#include "datasource/copy.hpp"

#include "datasource/checksum.hpp"
#include "datasource/encoded.hpp"
#include "datasource/fresh_file.hpp"
#include "datasource/snapshot.hpp"
#include "datasource/target.hpp"
#include "engine/failpoint.hpp"
#include "engine/work_count.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"

#include <fmt/format.h>

#include <future>

namespace locum::datasource {
namespace {

constexpr std::size_t queued_bytes = 4U << 20; // for each reader

void require_no_obstacle(Snapshot& snapshot, const CopyRequest& request) {
    engine::require_no_errors(
        copy_obstacles(*snapshot.main, snapshot.schema, !request.ddl.empty(), request.encode));
}

std::vector<TableChecksum> checksums(Connection& connection, const Schema& schema) {
    std::vector<TableChecksum> sums;
    for (const Table& table : schema.tables)
        sums.push_back(checksum(connection, table));
    return sums;
}

void compare(const Schema& schema, const std::vector<TableChecksum>& source,
             const std::vector<TableChecksum>& copied, CopyResult& result) {
    for (std::size_t i = 0; i < schema.tables.size(); ++i) {
        if (source[i] != copied[i])
            throw engine::Error(
                fmt::format("table {} differs from its copy: {} rows with checksum {} in the "
                            "productive database, {} rows with {} in the copy",
                            quoted(schema.tables[i].name), source[i].rows, source[i].sum,
                            copied[i].rows, copied[i].sum))
                .remedy("try again; if it stays so, upgrade with --mode short-downtime and report "
                        "it with this text");
        result.tables.push_back({schema.tables[i].name, copied[i].rows, copied[i].sum});
    }
}

void load(Snapshot& snapshot, CopyTarget& target, const CopyRequest& request,
          engine::Reporter& reporter) {
    std::uint64_t expected = 0;
    for (const Table& table : snapshot.schema.tables)
        expected += static_cast<std::uint64_t>(table.estimated_rows);
    engine::WorkCount count(reporter, request.step_id, expected, "rows");
    // The readers take turns, so that rows arrive in the order of the table, which SQLite can
    // append.
    const std::vector<CopyJob> jobs = copy_jobs(snapshot, target.selections());
    const std::size_t turns = snapshot.readers.size();
    std::deque<BatchQueue> queues;
    std::deque<CopyReader> readers; // stopped before their queues go
    for (std::size_t turn = 0; turn < turns; ++turn) {
        std::vector<CopyJob> own;
        for (std::size_t job = turn; job < jobs.size(); job += turns)
            own.push_back(jobs[job]);
        readers.emplace_back(postgresql(*snapshot.readers[turn]), std::move(own),
                             queues.emplace_back(queued_bytes));
    }
    for (std::size_t job = 0; job < jobs.size(); ++job) {
        BatchQueue& queue = queues[job % turns];
        for (bool last = false; !last;) {
            engine::failpoint("copy/load");
            auto batch = queue.pop();
            if (!batch)
                throw engine::Error("the copy ended before its last table");
            last = batch->last;
            count.add(target.load(*batch));
            queue.give_back(std::move(*batch));
        }
    }
    count.end();
}

std::map<std::string, std::int64_t> last_assigned_ids(Snapshot& snapshot) {
    std::map<std::string, std::int64_t> last;
    for (const Table& table : snapshot.schema.tables)
        for (const Column& column : table.columns)
            if (!column.sequence.empty() && table.primary_key == std::vector{column.name})
                last[table.name] = last_assigned(*snapshot.main, column);
    return last;
}

// Adds to a full disk what is needed and what is free.
template <class Work>
auto with_disk_full(const CopyRequest& request, std::uint64_t needed, Work work) {
    try {
        return work();
    } catch (const engine::Error& error) {
        const std::string_view what = error.what();
        if (what.find("[53100]") == std::string_view::npos &&
            what.find("[58030]") == std::string_view::npos)
            throw;
        throw engine::Error(
            fmt::format("the copy cannot be written to {}: {}; about {} bytes are needed there, {} "
                        "are free",
                        request.target, what, needed,
                        platform::free_bytes(platform::parent_of(request.target))))
            .remedy("free space in that file system (or raise the quota or file size limit), then "
                    "try again");
    }
}

CopyResult copy_postgresql(const CopyRequest& request, engine::Reporter& reporter) {
    Snapshot snapshot = take_snapshot(request.source);
    require_no_obstacle(snapshot, request);
    encode(snapshot.schema, request.encode);
    const auto last = last_assigned_ids(snapshot);
    CopyResult result;
    result.snapshot_ms = snapshot.taken_ms;
    return with_disk_full(request, snapshot.source_bytes, [&] {
        FreshFile file(request.target);
        {
            CopyTarget target(file.path());
            target.create(snapshot.schema,
                          request.ddl.empty() ? sqlite_ddl(snapshot.schema) : request.ddl);
            load(snapshot, target, request, reporter);
            std::future<std::vector<TableChecksum>> source;
            if (request.checksums)
                source = std::async(std::launch::async,
                                    [&] { return checksums(*snapshot.main, snapshot.schema); });
            target.finish(last);
            if (request.checksums) {
                const auto copied = checksums(target.connection(), snapshot.schema);
                compare(snapshot.schema, source.get(), copied, result);
            } else {
                for (std::size_t i = 0; i < snapshot.schema.tables.size(); ++i)
                    result.tables.push_back({snapshot.schema.tables[i].name, target.rows()[i], ""});
            }
        }
        result.bytes = file.take_place();
        return result;
    });
}

struct FinishBackup {
    void operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }
};

// All pages as the source's open read transaction sees them.
void copy_pages(Connection& source, Connection& target, const CopyRequest& request,
                engine::Reporter& reporter) {
    constexpr int pages_a_time = 256;
    const std::unique_ptr<sqlite3_backup, FinishBackup> backup(
        sqlite3_backup_init(sqlite(target), "main", sqlite(source), "main"));
    if (!backup)
        throw sqlite_error(sqlite(target), {});
    const Rows pages = source.query("SELECT page_count FROM pragma_page_count");
    engine::WorkCount count(reporter, request.step_id, std::stoull(pages.at(0).at(0).value()),
                            "pages");
    int result = SQLITE_OK;
    while ((result = sqlite3_backup_step(backup.get(), pages_a_time)) == SQLITE_OK)
        count.add(pages_a_time);
    if (result != SQLITE_DONE)
        throw engine::Error(fmt::format("SQLite: {} [{}]", sqlite3_errstr(result),
                                        (result & 0xFF) == SQLITE_FULL    ? "53100"
                                        : (result & 0xFF) == SQLITE_IOERR ? "58030"
                                                                          : "XX000"))
            .during("copying " + request.source.file);
    count.end();
}

CopyResult copy_sqlite(const CopyRequest& request, engine::Reporter& reporter) {
    const auto source = connect(request.source, request.source.locum);
    CopyResult result;
    result.snapshot_ms = platform::now_ms(); // SQLite's clock is the host's
    source->script("BEGIN");
    const Schema schema = read_schema(*source); // the read begins the snapshot
    const Rows size = source->query("SELECT page_count * page_size FROM pragma_page_count, "
                                    "pragma_page_size");
    return with_disk_full(request, std::stoull(size.at(0).at(0).value()), [&] {
        FreshFile file(request.target);
        {
            const auto target = open_for_loading(file.path());
            copy_pages(*source, *target, request, reporter);
            // The pages came with the mark of WAL.
            target->script("PRAGMA journal_mode = OFF");
            require_foreign_keys(*target);
            if (request.checksums)
                compare(schema, checksums(*source, schema), checksums(*target, schema), result);
            else
                for (const Table& table : schema.tables)
                    result.tables.push_back(
                        {table.name,
                         std::stoll(target->query("SELECT count(*) FROM " + quoted(table.name))
                                        .at(0)
                                        .at(0)
                                        .value()),
                         ""});
        }
        result.bytes = file.take_place();
        return result;
    });
}

} // namespace

CopyResult copy(const CopyRequest& request, engine::Reporter& reporter) {
    return engine::during("copying the productive database to " + request.target, [&] {
        return request.source.kind == Kind::postgresql ? copy_postgresql(request, reporter)
                                                       : copy_sqlite(request, reporter);
    });
}

} // namespace locum::datasource
