#include "installer/shown.hpp"

#include "engine/contains.hpp"
#include "engine/error.hpp"
#include "installer/rendering.hpp"
#include "platform/files.hpp"
#include "platform/program.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>

namespace locum::installer {

using nlohmann::json;
using platform::Shortcut;

namespace {

std::string record_of(const cluster::Layout& layout) {
    return layout.state_file("shortcuts.json");
}

// The files that were made; of a damaged record none, so that what is wanted is made again.
std::vector<std::string> made(const cluster::Layout& layout) {
    const std::string file = record_of(layout);
    if (!platform::exists(file))
        return {};
    try {
        return json::parse(platform::read_file(file)).get<std::vector<std::string>>();
    } catch (const json::exception&) {
        return {};
    }
}

void keep(const cluster::Layout& layout, const std::vector<std::string>& files) {
    platform::write_file(record_of(layout), json(files).dump(2) + "\n", 0600);
}

std::map<std::string, Shortcut> by_file(const cluster::Layout& layout,
                                        const std::vector<Shortcut>& wanted) {
    std::map<std::string, Shortcut> files;
    for (const Shortcut& shortcut : wanted)
        for (const std::string& file : platform::shortcut_files(shortcut, layout.root))
            files.emplace(file, shortcut);
    return files;
}

// The file that is started, with the ending that it has on this system.
std::string program_file(const std::string& program) {
    if (program.empty())
        return program;
    try {
        return platform::find_program({program});
    } catch (const engine::Error&) {
        return program; // told by the resource of the component's files
    }
}

} // namespace

std::string menu_folder(const std::string& title) {
    std::string name = title;
    for (char& c : name)
        if (std::string_view("<>:\"/\\|?*").find(c) != std::string_view::npos)
            c = '-';
    while (!name.empty() && (name.back() == '.' || name.back() == ' '))
        name.pop_back();
    return name;
}

std::vector<Shortcut> shortcuts_of(const cluster::Layout& layout, const cluster::NodeState& node,
                                   const suite::Manifest& manifest, const std::string& component) {
    const suite::Scope scope = base_scope(layout, node, manifest.version.text(), component);
    const auto rendered = [&scope](const std::string& text) {
        return suite::render(text, scope, "manifest.toml");
    };
    const std::string title = menu_folder(manifest.title);
    std::vector<Shortcut> all;
    for (const suite::Shortcut& one : manifest.shortcuts) {
        if (one.component != component)
            continue;
        Shortcut shortcut{layout.suite,
                          title.empty() ? layout.suite : title,
                          one.name,
                          one.title,
                          program_file(rendered(one.program)),
                          rendered(one.url),
                          {},
                          rendered(one.icon),
                          one.desktop};
        for (const std::string& argument : one.arguments)
            shortcut.arguments.push_back(rendered(argument));
        all.push_back(std::move(shortcut));
    }
    return all;
}

std::vector<ShortcutFault> shortcut_faults(const cluster::Layout& layout,
                                           const std::vector<Shortcut>& wanted) {
    const std::map<std::string, Shortcut> files = by_file(layout, wanted);
    const std::vector<std::string> ours = made(layout);
    std::vector<ShortcutFault> faults;
    for (const auto& [file, shortcut] : files)
        if (const std::string fault = platform::shortcut_fault(file, shortcut); !fault.empty())
            faults.push_back(
                {file + " " + fault,
                 "the shortcut to " + (shortcut.url.empty() ? shortcut.program : shortcut.url)});
        else if (!engine::contains(ours, file))
            faults.push_back({file + " is not noted as Locum's", "that it is"});
    for (const std::string& file : ours)
        if (!files.contains(file))
            faults.push_back({file + " is there", "no such shortcut in this version"});
    return faults;
}

void make_shortcuts(const cluster::Layout& layout, const std::vector<Shortcut>& wanted) {
    const std::map<std::string, Shortcut> files = by_file(layout, wanted);
    const std::vector<std::string> before = made(layout);
    std::vector<std::string> all = before;
    std::vector<std::string> now;
    for (const auto& [file, shortcut] : files) {
        now.push_back(file);
        if (!engine::contains(before, file))
            all.push_back(file);
    }
    // Noted before they are made: no crash leaves one that nobody takes away.
    if (all != before)
        keep(layout, all);
    for (const auto& [file, shortcut] : files)
        if (!platform::shortcut_fault(file, shortcut).empty())
            platform::write_shortcut(file, shortcut);
    for (const std::string& file : before)
        if (!files.contains(file))
            platform::remove_shortcut(file, layout.root);
    if (now.empty())
        platform::remove_all(record_of(layout));
    else if (now != all)
        keep(layout, now);
}

bool has_shortcuts(const cluster::Layout& layout) {
    return platform::exists(record_of(layout));
}

} // namespace locum::installer
