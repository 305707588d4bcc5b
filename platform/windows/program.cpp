#include "platform/program.hpp"

#include "platform/command_line.hpp"
#include "platform/files.hpp"
#include "platform/native.hpp"
#include "platform/native_process.hpp"
#include "platform/tree.hpp"
#include "platform/windows/pointer_file.hpp"
#include "platform/windows/system.hpp"
#include "platform/windows/wide.hpp"

#include <algorithm>
#include <array>
#include <sstream>

namespace locum::platform {

namespace {

// Of PATHEXT what CreateProcessW executes.
constexpr std::array<const char*, 4> suffixes = {".exe", ".com", ".bat", ".cmd"};

bool has_suffix(const std::string& name) {
    return std::any_of(suffixes.begin(), suffixes.end(), [&](const std::string& suffix) {
        return name.size() > suffix.size() &&
               same_executable(name.substr(name.size() - suffix.size()), suffix);
    });
}

// Where the path leads by the files that stand here for links, as "current/server" does.
std::string through_pointers(std::string path) {
    constexpr int most = 40; // as links on Linux
    int followed = 0;
    for (std::size_t end = root_length(path); end != std::string::npos && end < path.size();) {
        end = path.find('/', end + 1);
        const std::string part = path.substr(0, end);
        // What cannot be looked at, as a drive of PATH that is away, leads nowhere.
        const std::string target = is_regular_file(part) ? pointed_to(part) : "";
        if (target.empty())
            continue;
        if (++followed > most)
            return path;
        const std::string rest = end == std::string::npos ? "" : path.substr(end);
        const std::string from =
            root_length(target) > 0 ? "" : parent_of(path.substr(0, end)) + "/";
        path = absolute(from + target + rest);
        end = root_length(path);
    }
    return path;
}

std::wstring variable(const wchar_t* name) {
    std::wstring value(32767, L'\0');
    const DWORD length =
        ::GetEnvironmentVariableW(name, value.data(), static_cast<DWORD>(value.size()));
    value.resize(length < value.size() ? length : 0);
    return value;
}

} // namespace

std::string program_at(const std::string& path) {
    const std::string place = through_pointers(path);
    if (has_suffix(place))
        return is_regular_file(place) ? place : "";
    for (const char* suffix : suffixes)
        if (is_regular_file(place + suffix))
            return place + suffix;
    return "";
}

bool names_folder(const std::string& program) {
    return program.find_first_of("/\\:") != std::string::npos;
}

std::vector<std::string> program_folders() {
    std::istringstream text(utf8(variable(L"PATH")));
    std::vector<std::string> folders;
    for (std::string folder; std::getline(text, folder, ';');) {
        std::erase(folder, '"');
        // A folder without a root would be sought below wherever this process is.
        if (folder.find(':') != std::string::npos || folder.starts_with("\\\\"))
            folders.push_back(utf8_path(wide(folder)));
    }
    return folders;
}

std::string executable_of(const std::string& program) {
    return is_batch_file(program) ? on_path("cmd.exe") : canonical(program);
}

} // namespace locum::platform
