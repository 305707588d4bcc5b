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
#include <optional>

namespace locum::installer {

using nlohmann::json;
using platform::Shortcut;

namespace {

std::string record_of(const cluster::Layout& layout) {
    return layout.state_file("shortcuts.json");
}

// What was made for shortcuts.
struct Made {
    std::vector<std::string> files;
    std::vector<std::string> folders;
    bool operator==(const Made&) const = default;
};

// Of a damaged record nothing: see with_unnoted().
Made made(const cluster::Layout& layout) {
    const std::string file = record_of(layout);
    if (!platform::exists(file))
        return {};
    try {
        const json record = json::parse(platform::read_file(file));
        if (record.is_array()) // before the folders were noted
            return {record.get<std::vector<std::string>>(), {}};
        return {record.at("files").get<std::vector<std::string>>(),
                record.at("folders").get<std::vector<std::string>>()};
    } catch (const json::exception&) {
        return {};
    }
}

void keep(const cluster::Layout& layout, const Made& made) {
    platform::write_file(record_of(layout),
                         json{{"files", made.files}, {"folders", made.folders}}.dump(2) + "\n",
                         0600);
}

void note(std::vector<std::string>& all, const std::string& one) {
    if (!engine::contains(all, one))
        all.push_back(one);
}

// A tree that was moved has folders where it was before: they are not for it any more.
void remove_empty(const cluster::Layout& layout, std::vector<std::string>& folders) {
    std::vector<std::string> own = folders;
    std::erase_if(own, [&](const std::string& one) {
        return !layout.root.empty() && !one.starts_with(layout.root + "/");
    });
    platform::remove_if_empty(own);
    std::erase_if(folders, [](const std::string& one) { return !platform::exists(one); });
}

using Files = std::map<std::string, Shortcut>;

Files by_file(const cluster::Layout& layout, const std::vector<Shortcut>& wanted) {
    Files files;
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

namespace {

std::string expected(const Shortcut& shortcut) {
    return "the shortcut to " + (shortcut.url.empty() ? shortcut.program : shortcut.url);
}

// With those that are the suite's by what is in them, where the record does not know them any more.
Made with_unnoted(const cluster::Layout& layout, Made known, const Files& files) {
    for (const auto& [file, shortcut] : files) {
        if (engine::contains(known.files, file) || !platform::exists(file) ||
            (!platform::shortcut_fault(file, shortcut).empty() &&
             !platform::is_shortcut_of(file, layout.suite, layout.product())))
            continue;
        known.files.push_back(file);
        // Where a menu has folders: the suite's own.
        if (const std::string folder = platform::parent_of(file);
            folder.ends_with("/" + shortcut.folder))
            note(known.folders, folder);
    }
    return known;
}

// Under the name of one of ours, and made by nobody of us: it may be another suite's, or a
// person's.
std::optional<ShortcutFault> foreign(const Made& ours, const std::string& file,
                                     const Shortcut& shortcut) {
    if (engine::contains(ours.files, file) || !platform::exists(file))
        return std::nullopt;
    return ShortcutFault{
        file + " is there, and not Locum's", expected(shortcut),
        fmt::format("move {} away, or give it another name; then: locum repair", file)};
}

} // namespace

std::vector<ShortcutFault> shortcut_faults(const cluster::Layout& layout,
                                           const std::vector<Shortcut>& wanted) {
    const Files files = by_file(layout, wanted);
    const Made noted = made(layout);
    const Made ours = with_unnoted(layout, noted, files);
    std::vector<ShortcutFault> faults;
    for (const auto& [file, shortcut] : files)
        if (const auto fault = foreign(ours, file, shortcut))
            faults.push_back(*fault);
        else if (const std::string found = platform::shortcut_fault(file, shortcut); !found.empty())
            faults.push_back({file + " " + found, expected(shortcut)});
        else if (!engine::contains(noted.files, file))
            faults.push_back({file + " is not noted as Locum's", "that it is"});
    for (const std::string& file : ours.files)
        if (!files.contains(file))
            faults.push_back({file + " is there", "no such shortcut in this version"});
    return faults;
}

void make_shortcuts(const cluster::Layout& layout, const std::vector<Shortcut>& wanted) {
    Files files = by_file(layout, wanted);
    const Made noted = made(layout);
    const Made before = with_unnoted(layout, noted, files);
    std::vector<ShortcutFault> left;
    std::erase_if(files, [&](const auto& one) {
        const auto fault = foreign(before, one.first, one.second);
        if (fault)
            left.push_back(*fault);
        return fault.has_value();
    });
    Made all = before;
    Made now;
    for (const auto& [file, shortcut] : files) {
        now.files.push_back(file);
        note(all.files, file);
        for (const std::string& folder : platform::missing_folders(platform::parent_of(file)))
            note(all.folders, folder);
    }
    now.folders = all.folders;
    // Noted before they are made: no crash leaves one that nobody takes away.
    if (!(all == noted))
        keep(layout, all);
    for (const auto& [file, shortcut] : files)
        if (!platform::shortcut_fault(file, shortcut).empty())
            platform::write_shortcut(file, shortcut);
    for (const std::string& file : before.files)
        if (!files.contains(file))
            platform::remove_all(file);
    remove_empty(layout, now.folders);
    if (now.files.empty())
        platform::remove_all(record_of(layout));
    else if (!(now == all))
        keep(layout, now);
    if (!left.empty())
        throw engine::Error(
            fmt::format("{}; expected {}", left.front().found, left.front().expected),
            engine::Kind::needs_attention)
            .remedy(left.front().remedy);
}

void remove_shortcuts(const cluster::Layout& layout, const std::vector<Shortcut>& known) {
    const Made all = with_unnoted(layout, made(layout), by_file(layout, known));
    if (!all.files.empty())
        keep(layout, all);
    make_shortcuts(layout, {});
}

bool has_shortcuts(const cluster::Layout& layout, const std::vector<Shortcut>& known) {
    return platform::exists(record_of(layout)) ||
           !with_unnoted(layout, {}, by_file(layout, known)).files.empty();
}

} // namespace locum::installer
