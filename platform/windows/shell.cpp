#include "platform/shell.hpp"

#include "platform/command_line.hpp"
#include "platform/windows/wide.hpp"

namespace locum::platform {

namespace {

constexpr std::string_view plain =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-./:=@_\\";

// cmd.exe takes ',', ';', '&' and others for the end of a word that is not quoted.
std::string quoted_part(const std::string& word) {
    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos)
        return word;
    constexpr std::string_view program = "\"x\" ";
    std::string text = windows_command_line({"x", word}).substr(program.size());
    if (text.starts_with('"'))
        return text;
    const std::size_t end = text.find_last_not_of('\\') + 1;
    return "\"" + text + text.substr(end) + "\"";
}

// Between two '%' cmd.exe has the name of a variable, inside of quotes as well. What is typed,
// other than in a file, has no other escape than a name that no variable has: one with '^', which
// is left out afterwards where it is not quoted.
std::string quoted(const std::string& word) {
    if (word.find('%') == std::string::npos)
        return quoted_part(word);
    std::string text;
    for (std::size_t begin = 0; begin <= word.size();) {
        const std::size_t end = std::min(word.find('%', begin), word.size());
        if (end > begin)
            text += quoted_part(word.substr(begin, end - begin));
        if (end < word.size())
            text += "^%";
        begin = end + 1;
    }
    return text;
}

// The commands of cmd.exe take '/' for the beginning of an option.
std::string as_path(const std::string& path) {
    return quoted(with_backslashes(path));
}

} // namespace

std::string as_typed(const std::vector<std::string>& argv) {
    std::string line;
    for (const std::string& word : argv)
        line += (line.empty() ? "" : " ") + quoted(word);
    return line;
}

std::string copy_as_typed(const std::string& file, const std::string& to,
                          const std::vector<std::string>& removed) {
    std::string line;
    for (const std::string& one : removed)
        line += "(if exist " + as_path(one) + " del /f " + as_path(one) + ") & ";
    // `del` tells whether it could by no exit code. What is left would be taken for a part of the
    // copy.
    for (const std::string& one : removed)
        line += "if not exist " + as_path(one) + " ";
    // Without /y it would ask.
    return line + "copy /y " + as_path(file) + " " + as_path(to);
}

std::string null_file() {
    return "NUL";
}

} // namespace locum::platform
