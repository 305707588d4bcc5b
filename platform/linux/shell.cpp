#include "platform/shell.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::platform {

namespace {

constexpr std::string_view plain =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789%+,-./:=@_";

std::string quoted(const std::string& word) {
    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos)
        return word;
    std::string text = "'";
    for (const char c : word)
        text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

} // namespace

std::string as_typed(const std::vector<std::string>& argv) {
    std::vector<std::string> words;
    for (const std::string& word : argv)
        words.push_back(quoted(word));
    return fmt::format("{}", fmt::join(words, " "));
}

std::string copy_as_typed(const std::string& file, const std::string& to,
                          const std::vector<std::string>& removed) {
    std::vector<std::string> remove = {"rm", "-f"};
    remove.insert(remove.end(), removed.begin(), removed.end());
    return as_typed(remove) + " && " + as_typed({"cp", file, to});
}

std::string null_file() {
    return "/dev/null";
}

} // namespace locum::platform
