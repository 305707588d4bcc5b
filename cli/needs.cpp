#include "cli/needs.hpp"

#include "engine/contains.hpp"
#include "installer/requirements.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace locum::cli {

using nlohmann::json;

namespace {

// Rounded so that a need never looks smaller than it is, and space never larger.
std::uint64_t needed_mb(std::uint64_t bytes) {
    return (bytes + (1U << 20) - 1) >> 20;
}
std::uint64_t free_mb(std::uint64_t bytes) {
    return bytes >> 20;
}

std::vector<installer::ComponentNeed> components(const installer::Installation& installation) {
    return installer::needs_of(installation.manifest(), installation.answers.components);
}

std::vector<installer::FileSystemNeed> file_systems(const installer::Installation& installation) {
    return installer::needs_by_file_system(
        installation.facts.here,
        installer::needs_of_installation(installation.manifest(), installation.answers.components));
}

} // namespace

std::string needs_text(const installer::Installation& installation) {
    std::string text = "it takes\n";
    for (const installer::ComponentNeed& need : components(installation))
        text += fmt::format("  {:<24}  {} MB disk, {} MB memory\n", need.component,
                            needed_mb(need.disk_bytes), need.memory_mb);
    text += "on each file system\n";
    for (const installer::FileSystemNeed& there : file_systems(installation)) {
        std::vector<std::string> folders;
        for (const auto& part : there.parts)
            if (!engine::contains(folders, part.folder))
                folders.push_back(part.folder);
        text += fmt::format("  {:<24}  {} MB of {} MB free: {}\n", there.system.mount,
                            needed_mb(there.bytes), free_mb(there.system.free_bytes),
                            fmt::join(folders, ", "));
    }
    return text;
}

void add_needs(const installer::Installation& installation, json& plan) {
    plan["needs"] = json::array();
    for (const installer::ComponentNeed& need : components(installation))
        plan["needs"].push_back({{"component", need.component},
                                 {"disk-mb", needed_mb(need.disk_bytes)},
                                 {"memory-mb", need.memory_mb}});
    plan["file-systems"] = json::array();
    for (const installer::FileSystemNeed& there : file_systems(installation)) {
        json parts = json::array();
        for (const auto& part : there.parts)
            parts.push_back({{"folder", part.folder},
                             {"path", part.path},
                             {"what", part.what},
                             {"needed-mb", needed_mb(part.bytes)}});
        plan["file-systems"].push_back({{"mount", there.system.mount},
                                        {"needed-mb", needed_mb(there.bytes)},
                                        {"free-mb", free_mb(there.system.free_bytes)},
                                        {"parts", parts}});
    }
}

} // namespace locum::cli
