#include "suite/manifest_command.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace locum::suite {

std::vector<std::string> read_argv(References& references, Section& section, std::string_view key,
                                   const std::string& what, bool of_server) {
    std::vector<std::string> argv;
    for (const Text& word : section.texts(key)) {
        references.variables(section, word, "", of_server);
        argv.push_back(word.value);
    }
    if (argv.empty() || argv.front().empty())
        section.fail(section.at(), fmt::format("'{}' without '{}'", what, key),
                     "the program and its arguments");
    return argv;
}

std::string read_line(Section& section, std::string_view key) {
    const Text text = section.text(key);
    const auto blank = [](unsigned char c) { return std::isspace(c) != 0; };
    const auto control = [](unsigned char c) { return std::iscntrl(c) != 0; };
    const std::string& line = text.value;
    if (line.empty() || blank(line.front()) || blank(line.back()) ||
        std::any_of(line.begin(), line.end(), control))
        section.fail(text.at, fmt::format("'{}' for '{}'", line, key),
                     "one line that is printed, without blanks at its ends");
    return line;
}

Command read_command(References& references, Section& section, const std::string& what,
                     bool of_server) {
    Command command;
    command.argv = read_argv(references, section, "command", what, of_server);
    if (section.has("output"))
        command.output = read_line(section, "output");
    section.done();
    return command;
}

} // namespace locum::suite
