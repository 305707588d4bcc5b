#include "suite/manifest_command.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace locum::suite {

std::vector<std::string> read_argv(References& references, Section& section, std::string_view key,
                                   const std::string& what, const KnownIn& known) {
    std::vector<std::string> argv;
    for (const Text& word : section.texts(key)) {
        references.variables(section, word, known);
        argv.push_back(word.value);
    }
    if (argv.empty() || argv.front().empty())
        section.fail(section.at(), fmt::format("'{}' without '{}'", what, key),
                     "the program and its arguments");
    return argv;
}

std::string read_line(References& references, Section& section, std::string_view key,
                      const KnownIn& known) {
    const Text text = section.text(key);
    const auto blank = [](unsigned char c) { return std::isspace(c) != 0; };
    const auto control = [](unsigned char c) { return std::iscntrl(c) != 0; };
    const std::string& line = text.value;
    if (line.empty() || blank(line.front()) || blank(line.back()) ||
        std::any_of(line.begin(), line.end(), control))
        section.fail(text.at, fmt::format("'{}' for '{}'", line, key),
                     "one line that is printed, without blanks at its ends");
    references.variables(section, text, known);
    return line;
}

Command read_command(References& references, Section& section, const std::string& what,
                     const KnownIn& known) {
    Command command;
    command.argv = read_argv(references, section, "command", what, known);
    if (section.has("output"))
        command.output = read_line(references, section, "output", known);
    section.done();
    return command;
}

} // namespace locum::suite
