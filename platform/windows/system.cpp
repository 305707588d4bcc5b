#include "platform/windows/system.hpp"

#include "platform/windows/wide.hpp"

#include <fmt/format.h>
#include <memory>

namespace locum::platform {

using engine::Error;

Handle& Handle::operator=(Handle&& other) noexcept {
    if (this != &other) {
        close();
        handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
}

void Handle::close() {
    if (*this)
        ::CloseHandle(handle_);
    handle_ = nullptr;
}

std::string system_text(DWORD code) {
    wchar_t* found = nullptr;
    const DWORD length = ::FormatMessageW(
        FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS,
        nullptr, code, 0, reinterpret_cast<wchar_t*>(&found), 0, nullptr);
    const std::unique_ptr<wchar_t, LocalFreed> owned(found);
    std::string text = length == 0 ? "" : utf8({found, length});
    while (!text.empty() && std::string_view("\r\n .").find(text.back()) != std::string_view::npos)
        text.pop_back();
    return text.empty() ? fmt::format("error {} of Windows", code) : text;
}

namespace {

// Not in every header of MinGW.
constexpr DWORD elevation_required = 740;   // ERROR_ELEVATION_REQUIRED
constexpr DWORD disk_quota_exceeded = 1295; // ERROR_DISK_QUOTA_EXCEEDED

engine::Kind kind_of(DWORD code) {
    switch (code) {
    case ERROR_ACCESS_DENIED:
    case ERROR_PRIVILEGE_NOT_HELD:
    case elevation_required:
        return engine::Kind::no_privilege;
    default:
        return engine::Kind::failed;
    }
}

// "" where there is no better one than to look.
std::string remedy_of(DWORD code, std::string_view doing, std::string_view path) {
    switch (code) {
    case ERROR_ACCESS_DENIED:
    case ERROR_PRIVILEGE_NOT_HELD:
    case elevation_required:
        return fmt::format("run it in a window of an administrator (Run as administrator), or as "
                           "a user who may {}{}{}; if a program uses it, end that one",
                           doing, path.empty() ? "" : " ", path);
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION:
    case ERROR_USER_MAPPED_FILE:
    case ERROR_BUSY:
        return "end the program that uses it, or restart the host; then run the command again";
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL:
    case ERROR_NOT_ENOUGH_QUOTA:
    case disk_quota_exceeded:
        return fmt::format("free space on the drive{}{}", path.empty() ? "" : " of ", path);
    case ERROR_WRITE_PROTECT:
        return "make the drive writeable, or choose another place";
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS:
    case ERROR_DIRECTORY:
    case ERROR_DIR_NOT_EMPTY:
        return path.empty() ? "" : fmt::format("move what is at {} out of the way", path);
    case ERROR_CRC:
    case ERROR_IO_DEVICE:
    case ERROR_FILE_CORRUPT:
    case ERROR_DISK_CORRUPT:
        return "check the drive (chkdsk)";
    default:
        return "";
    }
}

} // namespace

Error system_error(const std::string& what, DWORD code) {
    const std::string remedy = remedy_of(code, "do it", "");
    return Error(fmt::format("{}: {}", what, system_text(code)), kind_of(code))
        .remedy(remedy.empty()
                    ? fmt::format("look up error {} of Windows: net helpmsg {}", code, code)
                    : remedy);
}

void fail(const std::string& what, DWORD code) {
    throw system_error(what, code);
}

Error path_error(std::string_view doing, std::string_view path, DWORD code) {
    const std::string remedy = remedy_of(code, doing, path);
    return Error(fmt::format("cannot {} {}: {}", doing, path, system_text(code)), kind_of(code))
        .remedy(remedy.empty() ? fmt::format("check {}", path) : remedy);
}

} // namespace locum::platform
