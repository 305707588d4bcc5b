// What a person starts from the host's menus: [[shortcuts]].

#include "suite/manifest_reader.hpp"

#include <fmt/format.h>

namespace locum::suite {

namespace {

constexpr std::size_t longest_title = 100;

// It is the name of a file on Windows.
bool is_title(const std::string& title) {
    return !title.empty() && title.size() <= longest_title && title.front() != ' ' &&
           title.back() != ' ' && title.back() != '.' &&
           title.find_first_of("<>:\"/\\|?*") == title.npos;
}

} // namespace

void ManifestReader::read_shortcuts() {
    for (Section section : file.list("shortcuts")) {
        Shortcut shortcut;
        const Text name = section.text("name");
        references.declare(section, "shortcut", name);
        shortcut.name = name.value;
        shortcut.component = refer_one(references, section, "component");
        const KnownIn known{shortcut.component};
        const Text title = section.one_line("title");
        if (!is_title(title.value))
            section.fail(title.at, fmt::format("'{}' for 'title'", title.value),
                         "a name for menus that can be a file's: at most 100 bytes, none of "
                         "<>:\"/\\|?*, no blank at its ends and no dot at its end");
        for (const Shortcut& other : manifest.shortcuts)
            if (other.title == title.value)
                section.fail(title.at, fmt::format("a second '{}'", title.value),
                             "each title once");
        shortcut.title = title.value;
        if (section.has("program") == section.has("url"))
            section.fail(section.at(), "neither or both of 'program' and 'url'", "one of them");
        if (section.has("url"))
            shortcut.url = with_variables(references, section, "url", known);
        else
            shortcut.program = with_variables(references, section, "program", known);
        if (section.has("arguments") && !shortcut.url.empty())
            section.fail(section.at(), "'arguments' beside 'url'", "them beside 'program' only");
        for (const Text& argument : section.texts("arguments")) {
            references.variables(section, argument, known);
            shortcut.arguments.push_back(argument.value);
        }
        if (section.has("icon"))
            shortcut.icon = with_variables(references, section, "icon", known);
        shortcut.desktop = section.flag("desktop", false);
        section.done();
        manifest.shortcuts.push_back(std::move(shortcut));
    }
}

} // namespace locum::suite
