#include "upgrade/measured.hpp"

#include "engine/error.hpp"
#include "upgrade/steps/migrate.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>

namespace locum::upgrade {

using nlohmann::json;

namespace {

std::uint64_t count_of(const json& value, const char* key) {
    const json& found = value.at(key);
    if (!found.is_number_unsigned())
        throw engine::Error(
            fmt::format("found {} for '{}'; expected a whole number", found.dump(), key));
    return found;
}

std::int64_t ms_of(const json& value, const char* key) {
    return static_cast<std::int64_t>(count_of(value, key));
}

json json_of(const LongestLock& lock) {
    if (lock.table.empty())
        return nullptr;
    return {{"table", lock.table}, {"ms", lock.ms}};
}

LongestLock lock_from(const json& value) {
    if (value.is_null())
        return {};
    return {value.at("table"), ms_of(value, "ms")};
}

std::string seconds(std::int64_t ms) {
    return fmt::format("{:.1f} s", static_cast<double>(ms) / 1000);
}

std::string megabytes(std::uint64_t bytes) {
    return bytes >> 20 == 0 ? "under 1 MB" : fmt::format("{} MB", (bytes >> 20) + 1);
}

std::string to_text(const LongestLock& lock, std::int64_t resolution_ms) {
    if (lock.ms <= resolution_ms)
        return fmt::format("under {} ms", resolution_ms);
    return fmt::format("{} ({})", lock.ms < 1000 ? fmt::format("{} ms", lock.ms) : seconds(lock.ms),
                       lock.table);
}

std::string locks_line(const Measured& measured) {
    if (!measured.locks)
        return "locks: not measured apart; held no longer than the migration took";
    const Locks& locks = *measured.locks;
    return fmt::format("locks: a table could not be written for {}, nor read for {}; looked at "
                       "every {} ms at least",
                       to_text(locks.writing, locks.resolution_ms),
                       to_text(locks.reading, locks.resolution_ms), locks.resolution_ms);
}

std::string space_line(const Measured& measured) {
    if (!measured.space)
        return "space: not measured";
    const Space& space = *measured.space;
    std::string line = fmt::format("space: the database {} before, {} after",
                                   megabytes(space.before), megabytes(space.after));
    if (space.backup > 0)
        line += fmt::format("; the backup {}", megabytes(space.backup));
    if (space.largest_copy > 0)
        line += fmt::format("; the largest copy {}", megabytes(space.largest_copy));
    return line;
}

} // namespace

Measured measured(const std::vector<cluster::Moment>& timeline) {
    Measured found;
    std::map<std::string, std::int64_t> begun;
    for (const cluster::Moment& moment : timeline) {
        if (moment.mark == engine::Mark::intent)
            begun[moment.step] = moment.at_ms;
        if (moment.mark != engine::Mark::done || !begun.contains(moment.step))
            continue;
        const std::int64_t took = moment.at_ms - begun.at(moment.step);
        if (moment.step.ends_with("/copy"))
            found.longest_copy_ms = std::max(found.longest_copy_ms, took);
        else if (moment.step.ends_with("/backup"))
            found.backup_ms += took;
        else if (steps::is_migration(moment.step))
            found.migration_ms += took;
    }
    if (!timeline.empty())
        found.upgrade_ms = timeline.back().at_ms - timeline.front().at_ms;
    return found;
}

json json_of(const Measured& measured) {
    json locks, space;
    if (const auto& seen = measured.locks)
        locks = {{"writing", json_of(seen->writing)},
                 {"reading", json_of(seen->reading)},
                 {"resolution-ms", seen->resolution_ms}};
    if (const auto& bytes = measured.space)
        space = {{"before-bytes", bytes->before},
                 {"after-bytes", bytes->after},
                 {"backup-bytes", bytes->backup},
                 {"largest-copy-bytes", bytes->largest_copy}};
    return {{"database-bytes", measured.database_bytes},
            {"upgrade-ms", measured.upgrade_ms},
            {"longest-copy-ms", measured.longest_copy_ms},
            {"backup-ms", measured.backup_ms},
            {"migration-ms", measured.migration_ms},
            {"locks", locks},
            {"space", space}};
}

Measured measured_from(const json& value) {
    Measured found;
    found.database_bytes = count_of(value, "database-bytes");
    found.upgrade_ms = ms_of(value, "upgrade-ms");
    found.longest_copy_ms = ms_of(value, "longest-copy-ms");
    found.backup_ms = ms_of(value, "backup-ms");
    found.migration_ms = ms_of(value, "migration-ms");
    if (const json locks = value.value("locks", json()); !locks.is_null())
        found.locks = {lock_from(locks.at("writing")), lock_from(locks.at("reading")),
                       ms_of(locks, "resolution-ms")};
    if (const json space = value.value("space", json()); !space.is_null())
        found.space = {count_of(space, "before-bytes"), count_of(space, "after-bytes"),
                       count_of(space, "backup-bytes"), count_of(space, "largest-copy-bytes")};
    return found;
}

std::vector<std::string> to_lines(const Measured& measured) {
    std::string took = seconds(measured.upgrade_ms) + ", of these ";
    if (measured.longest_copy_ms > 0)
        took += fmt::format("the longest copy {}, ", seconds(measured.longest_copy_ms));
    took += fmt::format("the backup {}, the migration {}; a database of {}",
                        seconds(measured.backup_ms), seconds(measured.migration_ms),
                        megabytes(measured.database_bytes));
    std::vector<std::string> lines{std::move(took)};
    if (measured.migration_ms > 0)
        lines.push_back(locks_line(measured));
    lines.push_back(space_line(measured));
    return lines;
}

} // namespace locum::upgrade
