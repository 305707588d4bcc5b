#include "suite/paths.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace locum::suite {

namespace {

std::string character_fault(std::string_view path) {
    for (const char c : path)
        if (c < 0x20 || c > 0x7e || c == '\\')
            return "a path with a backslash or a character that is not printable ASCII";
    // They would end the list of a bundle's files (suite/file_list.cpp).
    return path.find("'''") == path.npos ? "" : "a path with three single quotes in a row";
}

} // namespace

std::string path_fault(std::string_view path, std::size_t longest) {
    if (path.empty())
        return "an empty path";
    if (path.size() > longest)
        return fmt::format("a path of {} characters (at most {} are possible)", path.size(),
                           longest);
    // First, since the others print it.
    if (std::string fault = character_fault(path); !fault.empty())
        return fault;
    if (path.front() == '/')
        return fmt::format("the absolute path '{}'", path);
    for (std::size_t start = 0; start <= path.size();) {
        const std::size_t end = std::min(path.find('/', start), path.size());
        const std::string_view part = path.substr(start, end - start);
        if (part == "..")
            return fmt::format("the path '{}', which leaves its folder", path);
        if (part.empty() || part == ".")
            return fmt::format("the path '{}' with an empty or '.' part", path);
        if (part.size() > 255)
            return "a path with a name of more than 255 characters";
        start = end + 1;
    }
    return "";
}

bool is_plain_absolute(std::string_view path) {
    if (path.size() > 2 && std::isalpha(static_cast<unsigned char>(path[0])) && path[1] == ':')
        path.remove_prefix(2);
    if (path.size() < 2 || path.front() != '/' || path.back() == '/')
        return false;
    const std::string whole = fmt::format("{}/", path);
    for (const char* part : {"//", "/./", "/../"})
        if (whole.find(part) != std::string::npos)
            return false;
    return true;
}

std::string link_fault(std::string_view path, std::string_view target) {
    if (const std::string fault = character_fault(target); !fault.empty())
        return "a link to " + fault;
    std::string_view rest = target;
    auto above = std::count(path.begin(), path.end(), '/');
    while (rest.substr(0, 3) == "../" || rest == "..") {
        if (--above < 0)
            return fmt::format("a link to '{}', which leaves its folder", target);
        rest.remove_prefix(std::min<std::size_t>(3, rest.size()));
    }
    if (rest.empty() && !target.empty())
        return "";
    const std::string fault = path_fault(rest, longest_file_path);
    return fault.empty() ? "" : fmt::format("a link to '{}': {}", target, fault);
}

} // namespace locum::suite
