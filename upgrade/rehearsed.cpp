#include "upgrade/rehearsed.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "upgrade/steps/migrate.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>

namespace locum::upgrade {

using nlohmann::json;

namespace {

std::string file_of(const cluster::Layout& layout) {
    return layout.state_file("rehearsed.json");
}

double seconds(std::int64_t ms) {
    return static_cast<double>(ms) / 1000;
}

} // namespace

Rehearsed measured(const std::vector<cluster::Moment>& timeline) {
    Rehearsed found;
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

std::string to_json(const Rehearsed& rehearsed) {
    return json{{"kind", "rehearsed"},
                {"format", 1},
                {"when", rehearsed.when},
                {"from", rehearsed.from},
                {"to", rehearsed.to},
                {"mode", rehearsed.mode},
                {"passed", rehearsed.passed},
                {"database-bytes", rehearsed.database_bytes},
                {"upgrade-ms", rehearsed.upgrade_ms},
                {"longest-copy-ms", rehearsed.longest_copy_ms},
                {"backup-ms", rehearsed.backup_ms},
                {"migration-ms", rehearsed.migration_ms}}
        .dump(2);
}

void keep_rehearsed(const cluster::Layout& layout, const Rehearsed& rehearsed) {
    platform::write_file(file_of(layout), to_json(rehearsed) + "\n", 0600);
}

std::optional<Rehearsed> rehearsed_before(const cluster::Layout& layout, const std::string& from,
                                          const std::string& to) {
    const std::string file = file_of(layout);
    if (!platform::exists(file))
        return std::nullopt;
    try {
        const json value = json::parse(platform::read_file(file));
        if (value.at("from") != from || value.at("to") != to)
            return std::nullopt;
        Rehearsed found;
        found.when = value.at("when");
        found.from = from;
        found.to = to;
        found.mode = value.at("mode");
        found.passed = value.at("passed");
        found.database_bytes = value.at("database-bytes");
        found.upgrade_ms = value.at("upgrade-ms");
        found.longest_copy_ms = value.at("longest-copy-ms");
        found.backup_ms = value.at("backup-ms");
        found.migration_ms = value.at("migration-ms");
        return found;
    } catch (const json::exception& error) {
        throw engine::Error(fmt::format("{} is damaged: {}", file, error.what()))
            .remedy("remove it; the next rehearsal writes it anew");
    }
}

std::string to_line(const Rehearsed& rehearsed) {
    const std::string copy =
        rehearsed.longest_copy_ms > 0
            ? fmt::format("the longest copy {:.1f} s, ", seconds(rehearsed.longest_copy_ms))
            : "";
    return fmt::format(
        "{} on {}, {}: {:.1f} s, of these {}the backup {:.1f} s, the migration and its "
        "locks {:.1f} s; a database of {} MB",
        rehearsed.passed ? "held" : "did not hold", rehearsed.when, rehearsed.mode,
        seconds(rehearsed.upgrade_ms), copy, seconds(rehearsed.backup_ms),
        seconds(rehearsed.migration_ms), (rehearsed.database_bytes >> 20) + 1);
}

} // namespace locum::upgrade
