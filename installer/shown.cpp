#include "installer/shown.hpp"

#include "cluster/installed.hpp"
#include "cluster/program.hpp"
#include "engine/error.hpp"
#include "installer/installed_node.hpp"
#include "platform/command_line.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/standard_error.hpp"
#include "platform/tree.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace locum::installer {

using platform::AppsListEntry;

namespace {

// Only Windows has such a list, and not every reader of it takes '/'.
std::string as_windows_has_it(std::string path) {
    std::replace(path.begin(), path.end(), '/', '\\');
    return path;
}

std::string today() {
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    return fmt::format("{:%Y%m%d}", fmt::localtime(now));
}

std::uint64_t kilobytes_of(const cluster::Layout& layout, const cluster::NodeState& node) {
    std::uint64_t bytes = 0;
    for (const std::string& component : node.components)
        for (const platform::FileEntry& file :
             platform::tree(layout.component(node.version, component)))
            bytes += file.size;
    return (bytes + 1023) / 1024;
}

// By the link, which an upgrade switches first; where it says nothing, the node's.
std::string version_of(const cluster::Layout& layout, const cluster::NodeState& node,
                       const std::string& component) {
    const std::string folder = platform::parent_of(platform::read_link(layout.current(component)));
    const std::string version = folder.substr(folder.rfind('/') + 1);
    return !version.empty() && folder == layout.version(version) ? version : node.version;
}

bool is_whole(const cluster::Layout& layout, const cluster::NodeState& node) {
    return std::all_of(
        node.components.begin(), node.components.end(), [&](const std::string& component) {
            return platform::exists(layout.version(version_of(layout, node, component)) +
                                    "/.suite/manifest.toml");
        });
}

} // namespace

std::string apps_list_name(const cluster::Layout& layout) {
    return "locum-" + layout.suite;
}

bool apps_list_used(const cluster::Layout& layout) {
    return layout.root.empty() && platform::apps_list_used();
}

AppsListEntry apps_list_entry_of(const cluster::Layout& layout, const cluster::NodeState& node,
                                 const std::string& title, const std::string& program,
                                 const std::string& bundle) {
    const std::string file = as_windows_has_it(program);
    const auto command = [&file](std::vector<std::string> words) {
        words.insert(words.begin(), file);
        const std::string line = platform::windows_command_line(words);
        // Whoever reads the list takes what is before the first blank for the program.
        return line.starts_with('"') ? line : "\"" + file + "\"" + line.substr(file.size());
    };
    AppsListEntry entry;
    entry.title = title;
    entry.version = node.version;
    entry.publisher = title;
    entry.icon = program;
    entry.folder = layout.product();
    // What is quiet asks nothing, not for rights either.
    if (!bundle.empty())
        entry.modify = command({"install", as_windows_has_it(bundle), as_administrator});
    // The list shows no entry of Locum's own, so that it goes with the last suite.
    entry.uninstall =
        command({"uninstall", "--suite", layout.suite, "--with-locum", as_administrator});
    entry.quiet_uninstall = command(
        {"uninstall", "--suite", layout.suite, "--with-locum", "--confirm", node.name, "--quiet"});
    return entry;
}

std::vector<std::string> apps_list_differences(const AppsListEntry& found,
                                               const AppsListEntry& wanted) {
    std::vector<std::string> fields;
    const auto compare = [&fields](const char* field, const std::string& a, const std::string& b) {
        if (a != b)
            fields.emplace_back(field);
    };
    compare("name", found.title, wanted.title);
    compare("version", found.version, wanted.version);
    compare("publisher", found.publisher, wanted.publisher);
    compare("icon", found.icon, wanted.icon);
    compare("folder", found.folder, wanted.folder);
    compare("command to modify", found.modify, wanted.modify);
    compare("command to uninstall", found.uninstall, wanted.uninstall);
    compare("command to uninstall quietly", found.quiet_uninstall, wanted.quiet_uninstall);
    return fields;
}

void enter_in_apps_list(const cluster::Layout& layout, const cluster::NodeState& node,
                        AppsListEntry entry) {
    const auto there = platform::apps_list_entry(apps_list_name(layout));
    entry.date = there && !there->date.empty() ? there->date : today();
    entry.kilobytes = kilobytes_of(layout, node);
    platform::write_apps_list_entry(apps_list_name(layout), entry);
}

void show_on_host(const cluster::Layout& layout) {
    const cluster::NodeState node = cluster::load_node_state(layout);
    if (!is_whole(layout, node))
        return;
    if (apps_list_used(layout)) {
        const cluster::InstalledVersion version(layout, node.version);
        const std::string bundle = kept_bundle(layout, version.manifest_sha256());
        const AppsListEntry entry =
            apps_list_entry_of(layout, node, version.manifest().title, listed_program(layout),
                               platform::exists(bundle) ? bundle : "");
        const auto there = platform::apps_list_entry(apps_list_name(layout));
        if (!there || !apps_list_differences(*there, entry).empty())
            enter_in_apps_list(layout, node, entry);
    }
    std::vector<platform::Shortcut> shortcuts;
    for (const std::string& component : node.components)
        for (platform::Shortcut& one : shortcuts_of(
                 layout, node,
                 cluster::InstalledVersion(layout, version_of(layout, node, component)).manifest(),
                 component))
            shortcuts.push_back(std::move(one));
    if (!shortcut_faults(layout, shortcuts).empty())
        make_shortcuts(layout, shortcuts);
}

void try_to_show_on_host(const cluster::Layout& layout) {
    try {
        show_on_host(layout);
    } catch (const engine::Error& error) {
        platform::to_stderr(fmt::format("the host's menus and its list of programs do not show "
                                        "{} as it is: {}\n  try: {}\n",
                                        layout.suite, error.one_line(),
                                        error.remedy().empty() ? "locum repair" : error.remedy()));
    } catch (const std::exception& error) {
        platform::to_stderr(fmt::format("the host's menus and its list of programs do not show "
                                        "{} as it is: {}\n",
                                        layout.suite, error.what()));
    }
}

std::string listed_program(const cluster::Layout& layout) {
    const std::string version = cluster::linked_program(layout);
    return version.empty() ? platform::this_program() : cluster::program_file(layout, version);
}

} // namespace locum::installer
