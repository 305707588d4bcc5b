#include "platform/program.hpp"

#include "platform/command_line.hpp"
#include "platform/files.hpp"
#include "platform/native_process.hpp"
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

std::wstring variable(const wchar_t* name) {
    std::wstring value(32767, L'\0');
    const DWORD length =
        ::GetEnvironmentVariableW(name, value.data(), static_cast<DWORD>(value.size()));
    value.resize(length < value.size() ? length : 0);
    return value;
}

} // namespace

std::string program_at(const std::string& path) {
    if (has_suffix(path))
        return is_regular_file(path) ? path : "";
    for (const char* suffix : suffixes)
        if (is_regular_file(path + suffix))
            return path + suffix;
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
    if (is_batch_file(program))
        return on_path("cmd.exe");
    const Handle file(::CreateFileW(wide_path(program).c_str(), FILE_READ_ATTRIBUTES,
                                    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                    OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr));
    std::wstring path(32768, L'\0');
    const DWORD length =
        file ? ::GetFinalPathNameByHandleW(file.get(), path.data(), static_cast<DWORD>(path.size()),
                                           FILE_NAME_NORMALIZED)
             : 0;
    return length == 0 || length >= path.size()
               ? program
               : utf8_path(std::wstring_view(path).substr(0, length));
}

} // namespace locum::platform
