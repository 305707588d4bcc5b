#include "platform/native.hpp"

#include "platform/file_names.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/windows/acl.hpp"
#include "platform/windows/made_names.hpp"
#include "platform/windows/moved_aside.hpp"
#include "platform/windows/wide.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::platform {

namespace {

bool is_letter(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}

// By the system, for what depends on a drive's current folder.
std::string full_path(const std::string& path) {
    const std::wstring name = wide(path);
    std::wstring full(32768, L'\0');
    const DWORD length =
        ::GetFullPathNameW(name.c_str(), static_cast<DWORD>(full.size()), full.data(), nullptr);
    if (length == 0 || length >= full.size())
        throw path_error("tell the path of", path, ::GetLastError());
    full.resize(length);
    return utf8_path(full);
}

} // namespace

std::size_t root_length(std::string_view path) {
    if (path.size() >= 3 && is_letter(path[0]) && path[1] == ':' && path[2] == '/')
        return 3;
    if (path.starts_with("//")) {
        const std::size_t server = path.find('/', 2);
        const std::size_t share = path.find('/', std::min(server, path.size() - 1) + 1);
        return share == std::string_view::npos ? path.size() : share + 1;
    }
    return path.starts_with('/') ? 1 : 0;
}

std::string with_root(const std::string& path) {
    std::string text = path;
    std::replace(text.begin(), text.end(), '\\', '/');
    if (text.starts_with("//?/"))
        text = utf8_path(wide(text));
    if (root_length(text) > 1)
        return text;
    const bool of_drive = text.size() >= 2 && is_letter(text[0]) && text[1] == ':';
    if (of_drive && text.size() > 2)
        return full_path(text.substr(0, 2)) + "/" + text.substr(2);
    if (of_drive)
        return full_path(text);
    const std::string folder = full_path(".");
    if (text.starts_with('/')) // of the current drive
        return folder.substr(0, root_length(folder)) + text.substr(1);
    return folder + "/" + text;
}

void require_name_for_windows(const std::string& path) {
    if (path == "NUL" || path.starts_with("//./"))
        return;
    const std::string whole = absolute(path);
    const std::string fault =
        windows_path_fault(std::string_view(whole).substr(root_length(whole)));
    if (!fault.empty())
        throw engine::Error(fmt::format("Windows cannot have {}: {}", path, fault),
                            engine::Kind::usage)
            .remedy("choose another name; for a file of a bundle, have its vendor rename it");
}

bool make_folder(const std::string& path, unsigned mode) {
    require_name_for_windows(path);
    if (::CreateDirectoryW(wide_path(path).c_str(), attributes_for(mode, true)) != 0)
        return true;
    const DWORD code = ::GetLastError();
    if (code == ERROR_ALREADY_EXISTS || code == ERROR_FILE_EXISTS)
        return false;
    throw path_error("make the folder", path, code);
}

bool remove_empty_folder(const std::string& path) {
    if (::RemoveDirectoryW(wide_path(path).c_str()) != 0)
        return true;
    const DWORD code = ::GetLastError();
    if (code == ERROR_DIRECTORY || (code != ERROR_DIR_NOT_EMPTY && !means_missing(code)))
        throw path_error("remove the folder", path, code);
    return false;
}

bool remove_file(const std::string& path) {
    return delete_file(wide_path(path)) == ERROR_SUCCESS;
}

bool is_folder(const std::string& path) {
    const DWORD found = ::GetFileAttributesW(wide_path(path).c_str());
    return found != INVALID_FILE_ATTRIBUTES && (found & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

char32_t upper_case(char32_t letter) {
    const auto unit = static_cast<wchar_t>(letter);
    wchar_t upper = unit;
    ::LCMapStringEx(LOCALE_NAME_INVARIANT, LCMAP_UPPERCASE, &unit, 1, &upper, 1, nullptr, nullptr,
                    0);
    return static_cast<char32_t>(upper);
}

engine::Error in_the_way(std::string_view doing, std::string_view path) {
    return path_error(doing, path, ERROR_ALREADY_EXISTS);
}

bool process_exists(std::int64_t pid) {
    if (pid <= 0)
        return false;
    const Handle process(::OpenProcess(SYNCHRONIZE, FALSE, static_cast<DWORD>(pid)));
    if (!process)
        return ::GetLastError() == ERROR_ACCESS_DENIED;
    return ::WaitForSingleObject(process.get(), 0) == WAIT_TIMEOUT;
}

std::int64_t own_pid() {
    return ::GetCurrentProcessId();
}

std::string how_to_see_process(std::int64_t pid) {
    return fmt::format("tasklist /FI \"PID eq {}\"", pid);
}

std::string how_to_see_users_of(const std::string& file) {
    return fmt::format("resmon (CPU, Associated Handles: {})", file);
}

std::string how_to_take_over(const std::string& folder) {
    return fmt::format(
        "look at what is in it, move away what nobody of you put there, and take over "
        "the rest: icacls \"{}\" /setowner *S-1-5-32-544 /T /L",
        with_backslashes(folder));
}

std::string how_to_remove_link(const std::string& link) {
    return fmt::format("{} \"{}\"", is_folder(link) ? "rmdir" : "del", with_backslashes(link));
}

std::string how_to_look_up(const std::string& name) {
    return "nslookup " + name;
}

} // namespace locum::platform
