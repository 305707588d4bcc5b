#include "platform/shell.hpp"

#include "platform/command_line.hpp"

#include <algorithm>

namespace locum::platform {

namespace {

constexpr std::string_view plain =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-./:=@_\\";

// cmd.exe takes ',', ';', '&' and others for the end of a word that is not quoted.
std::string quoted(const std::string& word) {
    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos)
        return word;
    constexpr std::string_view program = "\"x\" ";
    std::string text = windows_command_line({"x", word}).substr(program.size());
    if (text.starts_with('"'))
        return text;
    const std::size_t end = text.find_last_not_of('\\') + 1;
    return "\"" + text + text.substr(end) + "\"";
}

// The commands of cmd.exe take '/' for the beginning of an option.
std::string with_backslashes(std::string path) {
    std::replace(path.begin(), path.end(), '/', '\\');
    return quoted(path);
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
        line += "(if exist " + with_backslashes(one) + " del /f " + with_backslashes(one) + ") & ";
    // Without /y it would ask.
    return line + "copy /y " + with_backslashes(file) + " " + with_backslashes(to);
}

std::string null_file() {
    return "NUL";
}

} // namespace locum::platform
