#include "installer/resources/folders.hpp"

#include "cluster/departure.hpp"
#include "cluster/membership.hpp"
#include "cluster/service_units.hpp"
#include "engine/error.hpp"
#include "engine/failpoint.hpp"
#include "installer/accounts.hpp"
#include "installer/own_folders.hpp"
#include "installer/resources/configs.hpp"
#include "platform/accounts.hpp"
#include "platform/files.hpp"
#include "platform/tree.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <functional>
#include <optional>

namespace locum::installer::resources {

using engine::Error;
using engine::Reporter;
using engine::Severity;
using platform::FileEntry;

namespace {

constexpr unsigned of_others = 0007;
constexpr unsigned of_anybody_else = 0077;

// Permissions that nobody else must have, and those that its owner needs.
std::string fault(const FileEntry& entry, unsigned forbidden) {
    const unsigned needed = entry.type == FileEntry::Type::folder ? 0700 : 0400;
    if (entry.type == FileEntry::Type::link)
        return "";
    if ((entry.mode & forbidden) == 0 && (entry.mode & needed) == needed)
        return "";
    return fmt::format("mode {:04o}", entry.mode);
}

// Of the node's services, in all versions that are here: they may use data, logs and sockets.
std::vector<std::string> let_in(const InstalledNode& node) {
    std::vector<std::string> accounts;
    for (const auto& [version, here] : node.versions)
        for (std::string& account : accounts_let_in(node.layout, node.state, here.manifest))
            accounts.push_back(std::move(account));
    return accounts;
}

using LetIn = std::function<std::vector<std::string>()>;

std::vector<std::string> nobody() {
    return {};
}

// Accounts are looked up only where the mode alone is a fault.
std::optional<FileEntry> look_at(const std::string& path, unsigned forbidden, const LetIn& who) {
    std::optional<FileEntry> entry = platform::look_at(path);
    if (entry && !fault(*entry, forbidden).empty())
        entry->mode = platform::mode_but_for(path, who());
    return entry;
}

void correct(const std::string& path, const FileEntry& entry, unsigned forbidden,
             const LetIn& who) {
    const unsigned needed = entry.type == FileEntry::Type::folder ? 0700 : 0400;
    if (!fault(entry, forbidden).empty())
        platform::set_mode_but_for(path, (entry.mode & ~forbidden) | needed, who());
}

// A folder that is only held to be there and closed to others; what is in it is the suite's.
Resource folder(const InstalledNode& node, const std::string& name, const std::string& says,
                const std::string& path, unsigned forbidden, unsigned mode,
                const LetIn& who = nobody) {
    const std::string id = "folder/" + name;
    return {id,
            fmt::format("{}, {}", says, path),
            "",
            [&node, id, path, forbidden, who] {
                std::vector<Drift> drifts;
                const auto entry = look_at(path, forbidden, who);
                const std::string found = !entry ? "nothing" : fault(*entry, forbidden);
                if (!found.empty())
                    drifts.push_back({{id, Severity::error, fmt::format("{}: {}", path, found),
                                       fmt::format("a folder, closed to others (no permission of "
                                                   "{:04o})",
                                                   forbidden),
                                       "locum repair" + node.root_option()},
                                      false});
                return drifts;
            },
            [path, forbidden, mode, who](Reporter&) {
                platform::make_folders(path, mode);
                correct(path, look_at(path, forbidden, who).value(), forbidden, who);
            },
            nullptr,
            nullptr};
}

void removed_whole(Resource& resource, const std::string& path) {
    resource.there = [path] { return platform::exists(path); };
    resource.remove = [path](Reporter&) { platform::remove_all(path); };
}

// What others put into it stays.
void removed_if_empty(Resource& resource, const std::string& path) {
    resource.there = [path] {
        return platform::exists(path) && platform::list_folder(path).empty();
    };
    resource.remove = [path](Reporter&) { platform::remove_if_empty({path}); };
}

bool is_of_services(const InstalledNode& node, const std::string& path) {
    return path.starts_with(cluster::services_folder(node.layout) + "/");
}

// Of the files below the state folder, those that others may read.
std::vector<std::pair<std::string, FileEntry>> open_files(const InstalledNode& node) {
    const std::string state = node.layout.state();
    std::vector<std::pair<std::string, FileEntry>> open;
    std::vector<FileEntry> entries = platform::tree(state);
    if (auto itself = platform::look_at(state)) {
        itself->path.clear();
        entries.push_back(*itself);
    }
    for (FileEntry& entry : entries) {
        const std::string path = entry.path.empty() ? state : state + "/" + entry.path;
        // A permit to start is for its service.
        if (is_of_services(node, path) && !fault(entry, of_anybody_else).empty())
            entry.mode = platform::mode_but_for(path, let_in(node));
        // What is in a closed folder is closed; but keys are copied, and restored from backups.
        if (!fault(entry, of_anybody_else).empty() || entry.owner != node.owner)
            open.emplace_back(path, entry);
    }
    return open;
}

// By what is not removed yet a run after a kill finds the rest: in this order. That the node has
// left its cluster is true as long as there is a node.
constexpr std::array<const char*, 5> needed_to_the_end = {
    restored_originals, own_folders_file, "host.lock", "node.json", cluster::left_marker};

bool is_needed_to_the_end(const std::string& name) {
    return std::find(needed_to_the_end.begin(), needed_to_the_end.end(), name) !=
           needed_to_the_end.end();
}

void remove_state(const InstalledNode& node) {
    const cluster::Layout& layout = node.layout;
    const std::vector<std::string> folders = folders_of_state(layout);
    for (const std::string& name : platform::list_folder(layout.state()))
        if (!is_needed_to_the_end(name))
            platform::remove_all(layout.state_file(name));
    engine::failpoint("uninstall/state");
    for (const char* name : needed_to_the_end)
        platform::remove_all(layout.state_file(name));
    platform::remove_if_empty(folders);
}

Resource state(const InstalledNode& node) {
    Resource resource;
    resource.id = "folder/state";
    resource.says = "Locum's own state, " + node.layout.state();
    resource.drift = [&node] {
        std::vector<Drift> drifts;
        for (const auto& [path, entry] : open_files(node))
            drifts.push_back(
                {{"folder/state", Severity::error,
                  fmt::format("{} has mode {:04o} and owner {}", path, entry.mode, entry.owner),
                  fmt::format("no permission of {:04o}, and owner {}: it may hold secrets",
                              of_anybody_else, node.owner),
                  "locum repair" + node.root_option()},
                 false});
        return drifts;
    };
    resource.repair = [&node](Reporter&) {
        const LetIn who = [&node] { return let_in(node); };
        for (const auto& [path, entry] : open_files(node)) {
            if (entry.owner != node.owner)
                platform::set_owner(path, node.owner);
            correct(path, entry, of_anybody_else, is_of_services(node, path) ? who : nobody);
        }
    };
    resource.there = [&node] { return platform::exists(node.layout.state()); };
    resource.remove = [&node](Reporter&) { remove_state(node); };
    return resource;
}

bool data_goes(const InstalledNode& node, Purge purge) {
    return purge == Purge::yes && is_ours(node.layout, node.state.data_folder);
}

} // namespace

std::vector<std::string> folders_of_state(const cluster::Layout& layout) {
    std::vector<std::string> folders = own_folders(layout);
    folders.push_back(layout.state());
    for (const std::string& own : {layout.state(), layout.logs()})
        folders.push_back(platform::parent_of(own)); // Locum's, for all suites
    return folders;
}

std::vector<Resource> folders(const InstalledNode& node, Purge purge) {
    const cluster::Layout& layout = node.layout;
    std::vector<Resource> all{state(node)};
    // Where services have accounts of their own, their group writes to these three.
    const unsigned shared = accounts_declared(layout) ? of_others : of_others | 0020;
    const LetIn who = [&node] { return let_in(node); };
    Resource data = folder(node, "data", "the data", node.state.data_folder, shared, 0750, who);
    if (data_goes(node, purge))
        removed_whole(data, node.state.data_folder);
    all.push_back(std::move(data));
    Resource logs = folder(node, "logs", "the logs", layout.logs(), shared, 0750, who);
    if (purge == Purge::yes)
        removed_whole(logs, layout.logs());
    all.push_back(std::move(logs));
    // Not after a boot: who needs it makes it.
    Resource run =
        folder(node, "run", "the folder of sockets", node.state.run_folder, shared, 0700, who);
    run.drift = [drift = run.drift, path = node.state.run_folder] {
        return platform::exists(path) ? drift() : std::vector<Drift>{};
    };
    if (is_ours(layout, node.state.run_folder))
        removed_whole(run, node.state.run_folder);
    all.push_back(std::move(run));
    Resource etc =
        folder(node, "etc", "the folder of configurations", layout.etc(), of_others | 0020, 0750);
    removed_if_empty(etc, layout.etc());
    all.push_back(std::move(etc));
    Resource product = folder(node, "product", "all versions", layout.product(), 0022, 0755);
    removed_whole(product, layout.product());
    all.push_back(std::move(product));
    return all;
}

Resource identity(const InstalledNode& node) {
    const std::string id = "identity";
    return {
        id,
        "the keys that make this host a node",
        "",
        [&node, id] {
            std::vector<Drift> drifts;
            const auto holds = [&](const std::string& what, const auto& load) {
                try {
                    load();
                } catch (const Error& error) {
                    drifts.push_back(
                        {{id, Severity::error, fmt::format("{}: {}", what, error.one_line()),
                          "what this node got when it joined",
                          fmt::format("restore {} from a backup, or remove this node and "
                                      "install it anew: locum uninstall{}",
                                      node.layout.state(), node.root_option())},
                         false});
                }
            };
            holds("this node's certificate and key", [&] { cluster::load_identity(node.layout); });
            if (node.datasource) {
                holds("the key that admits nodes", [&] { cluster::load_authority(node.layout); });
                holds("the secret that admits nodes",
                      [&] { cluster::load_join_secret(node.layout); });
                holds("what the suite's secrets are made of",
                      [&] { cluster::load_suite_seed(node.layout); });
            }
            return drifts;
        },
        nullptr,
        nullptr,
        nullptr};
}

std::vector<std::string> left_behind(const InstalledNode& node, Purge purge) {
    const cluster::Layout& layout = node.layout;
    std::vector<std::string> left;
    const auto add = [&](const std::string& what, const std::string& path) {
        if (platform::exists(path))
            left.push_back(what + ": " + path);
    };
    if (!data_goes(node, purge))
        add(purge == Purge::yes ? "data, in a folder that was there before the installation"
                                : "data",
            node.state.data_folder);
    if (purge == Purge::no)
        add("logs", layout.logs());
    for (const std::string& path : beside_configs(node))
        add("not Locum's", path);
    if (!is_ours(layout, node.state.run_folder))
        add("the folder of sockets, which was there before the installation",
            node.state.run_folder);
    return left;
}

} // namespace locum::installer::resources
