#include "platform/desktop_entry.hpp"

#include <fmt/format.h>

namespace locum::platform {

namespace {

constexpr const char* suite_key = "X-Locum-Suite=";

// As a value of the type string: the file itself has escapes.
std::string value(const std::string& text) {
    std::string made;
    for (const char c : text)
        if (c == '\\')
            made += "\\\\";
        else if (c == '\n')
            made += "\\n";
        else if (c == '\t')
            made += "\\t";
        else if (c == '\r')
            made += "\\r";
        else
            made += c;
    // A blank at the beginning would be skipped.
    return made.starts_with(' ') ? "\\s" + made.substr(1) : made;
}

} // namespace

std::string desktop_word(const std::string& word) {
    constexpr std::string_view reserved = " \t\n\"'\\><~|&;$*?#()`";
    std::string made;
    for (const char c : word) {
        if (c == '"' || c == '`' || c == '$' || c == '\\')
            made += '\\';
        made += c;
        if (c == '%') // begins a field code
            made += '%';
    }
    const bool quoted = word.empty() || word.find_first_of(reserved) != word.npos;
    return value(quoted ? "\"" + made + "\"" : made);
}

std::string desktop_entry(const Shortcut& shortcut) {
    // Menus show no entries of the type Link; whoever has a desktop has this one, which opens them.
    const bool page = !shortcut.url.empty();
    const std::string program = page ? "xdg-open" : shortcut.program;
    std::string exec = desktop_word(program);
    for (const std::string& argument :
         page ? std::vector<std::string>{shortcut.url} : shortcut.arguments)
        exec += " " + desktop_word(argument);
    std::string text = fmt::format("[Desktop Entry]\nVersion=1.5\nType=Application\nName={}\n"
                                   "TryExec={}\nExec={}\nTerminal=false\n",
                                   value(shortcut.title), value(program), exec);
    if (!shortcut.icon.empty())
        text += fmt::format("Icon={}\n", value(shortcut.icon));
    return text + fmt::format("{}{}\n", suite_key, value(shortcut.suite));
}

std::string url_file(const Shortcut& shortcut) {
    std::string text = fmt::format("[InternetShortcut]\r\nURL={}\r\n", shortcut.url);
    if (!shortcut.icon.empty())
        text += fmt::format("IconFile={}\r\nIconIndex=0\r\n", shortcut.icon);
    // Whoever reads the file leaves out what it does not know.
    return text + fmt::format("{}{}\r\n", suite_key, shortcut.suite);
}

bool names_suite(std::string_view text, std::string_view suite) {
    const std::string line = fmt::format("\n{}{}", suite_key, suite); // never the first one
    const std::size_t at = text.find(line);
    if (at == text.npos)
        return false;
    const std::string_view rest = text.substr(at + line.size());
    return rest.starts_with('\n') || rest.starts_with("\r\n");
}

} // namespace locum::platform
