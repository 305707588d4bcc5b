#include "cli/found.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace locum::cli {

namespace {

using installer::Facts;

std::string system_text(const installer::HostFacts& here) {
    return fmt::format("{}, {}, {} processor core{}",
                       here.system.title.empty() ? "a system that does not say what it is"
                                                 : here.system.title,
                       here.architecture, here.cores, here.cores == 1 ? "" : "s");
}

// Of each file system once.
std::vector<std::string> disk_texts(const installer::HostFacts& here) {
    std::vector<std::string> texts;
    std::set<std::uint64_t> told;
    for (const auto& [name, folder] : here.folders)
        if (told.insert(folder.system.device).second)
            texts.push_back(fmt::format("{} MB free in the file system at {}",
                                        folder.system.free_bytes >> 20, folder.system.mount));
    return texts;
}

std::string ports_text(const Facts& facts) {
    std::vector<std::string> free, taken;
    for (const installer::PortFact& port : facts.ports)
        (port.taken_by ? taken : free).push_back(fmt::format("{} ({})", port.port, port.name));
    std::string text = free.empty() ? "" : fmt::format("free: {}", fmt::join(free, ", "));
    if (!taken.empty())
        text += fmt::format("{}taken: {}", text.empty() ? "" : "; ", fmt::join(taken, ", "));
    return text;
}

std::string database_text(const installer::DatabaseFacts& database) {
    if (!database.reachable)
        return "cannot be used";
    return database.version_num == 0
               ? "can be used"
               : fmt::format("PostgreSQL {}.{}, can be used", database.version_num / 10000,
                             database.version_num % 10000);
}

std::string clocks_text(const Facts& facts, const std::vector<cluster::Clock>& clocks) {
    std::vector<std::string> texts;
    const auto add = [&texts](const std::string& who, std::int64_t ahead_ms) {
        // Rounded before, so that there is no "-0.0".
        const std::int64_t tenths = (ahead_ms + (ahead_ms < 0 ? -50 : 50)) / 100;
        texts.push_back(fmt::format("{} {:+.1f} s", who, static_cast<double>(tenths) / 10));
    };
    for (const cluster::Clock& clock : clocks)
        if (clock.ahead_ms && !clock.who.ends_with("(this host)"))
            add(clock.who, *clock.ahead_ms);
    if (facts.database && facts.database->clock_ahead_ms)
        add("the database", *facts.database->clock_ahead_ms);
    return texts.empty() ? "" : fmt::format("{}, by this host's", fmt::join(texts, ", "));
}

} // namespace

std::string measured_text(const Facts& facts, const installer::ComponentNeed& selection,
                          const std::vector<cluster::Clock>& clocks) {
    std::string text;
    const auto add = [&text](const char* what, const std::string& found) {
        if (!found.empty())
            text += fmt::format("{:<9} {}\n", what, found);
    };
    add("system", system_text(facts.here));
    add("memory",
        fmt::format("{} MB; {} MB needed", facts.here.memory_bytes >> 20, selection.memory_mb));
    add("disk", fmt::format("{}; {} MB needed", fmt::join(disk_texts(facts.here), ", "),
                            (selection.disk_bytes + (1U << 20) - 1) >> 20));
    add("ports", ports_text(facts));
    if (facts.firewall)
        add("firewall", facts.firewall->empty() ? "none in force" : *facts.firewall);
    if (facts.database)
        add("database", database_text(*facts.database));
    add("clocks", clocks_text(facts, clocks));
    return text;
}

} // namespace locum::cli
