#include "platform/command_line.hpp"

#include "engine/error.hpp"

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <fmt/format.h>

namespace locum::platform {

namespace {

using engine::Error;

constexpr std::size_t longest_for_cmd = 8191;

void require_no_nul(const std::vector<std::string>& argv) {
    for (const std::string& word : argv)
        if (word.find('\0') != std::string::npos)
            throw Error("an argument holds a NUL character; expected none, since it would end the "
                        "command there",
                        engine::Kind::usage)
                .remedy("take the character out");
}

// The first word is read by simpler rules: a backslash is always itself.
std::string quoted_program(const std::string& program) {
    if (program.find('"') != std::string::npos)
        throw Error(fmt::format("the program {} has a quote in its name; expected none", program),
                    engine::Kind::usage)
            .remedy("name the program by its path, without quotes");
    return "\"" + program + "\"";
}

// Within quotes a backslash is itself, but where quotes follow: there two stand for one.
std::string quoted(const std::string& word) {
    // Wildcards too: some runtimes put the names of files in the place of those without quotes.
    if (!word.empty() && word.find_first_of(" \t\n\v\"*?") == std::string::npos)
        return word;
    std::string text = "\"";
    std::size_t backslashes = 0;
    for (const char c : word) {
        if (c == '\\') {
            ++backslashes;
            continue;
        }
        text.append(c == '"' ? 2 * backslashes + 1 : backslashes, '\\');
        text += c;
        backslashes = 0;
    }
    text.append(2 * backslashes, '\\');
    return text + "\"";
}

} // namespace

std::string windows_command_line(const std::vector<std::string>& argv) {
    require_no_nul(argv);
    std::string line = quoted_program(argv.at(0));
    for (auto word = argv.begin() + 1; word != argv.end(); ++word)
        line += " " + quoted(*word);
    return line;
}

bool is_batch_file(const std::string& program) {
    // Windows drops dots and blanks at the end of a name.
    const std::size_t end = program.find_last_not_of(". ");
    const std::string name = program.substr(0, end == std::string::npos ? 0 : end + 1);
    return boost::iends_with(name, ".bat") || boost::iends_with(name, ".cmd");
}

std::string batch_command_line(const std::string& cmd_exe, const std::vector<std::string>& argv) {
    require_no_nul(argv);
    std::string words;
    for (const std::string& word : argv) {
        if (word.find_first_of("\"%\r\n") != std::string::npos)
            throw Error(fmt::format("the batch file {} cannot be given the argument '{}'; expected "
                                    "none with a quote, '%' or a line break, which cmd.exe would "
                                    "take for its own",
                                    argv.front(), word),
                        engine::Kind::usage)
                .remedy("start a program (.exe) in place of the batch file, or leave the character "
                        "out");
        // A program that the batch file passes it on to takes a last backslash as quoting.
        std::string doubled = word;
        if (&word != &argv.front())
            doubled.append(word.size() - (word.find_last_not_of('\\') + 1), '\\');
        words += fmt::format("{}\"{}\"", words.empty() ? "" : " ", doubled);
    }
    // /d: no AutoRun; /v:off: '!' is itself; /s: the outermost quotes are taken off, no others.
    std::string line = fmt::format("\"{}\" /e:on /v:off /d /s /c \"{}\"", cmd_exe, words);
    if (line.size() > longest_for_cmd)
        throw Error(fmt::format("the command for the batch file {} has {} characters; expected {} "
                                "at most, which is all that cmd.exe reads",
                                argv.front(), line.size(), longest_for_cmd),
                    engine::Kind::usage)
            .remedy("start a program (.exe) in place of the batch file, or give it less");
    return line;
}

} // namespace locum::platform
