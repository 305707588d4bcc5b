#include "suite/manifest_command.hpp"

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
        section.fail(section.at(), fmt::format("{} without a program in '{}'", what, key),
                     "the program and its arguments");
    return argv;
}

std::string read_line(References& references, Section& section, std::string_view key,
                      const KnownIn& known) {
    const Text text = section.text(key);
    const auto blank = [](unsigned char c) { return std::isspace(c) != 0; };
    const std::string& line = text.value;
    if (line.empty() || blank(line.front()) || blank(line.back()) ||
        line.find_first_of("\r\n") != std::string::npos)
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
    return command;
}

} // namespace locum::suite
