#pragma once
// What the Windows files of this folder share: handles, and errors made from the system's codes.

#include "engine/error.hpp"

#include <string>
#include <string_view>
#include <utility>

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>

namespace locum::platform {

// Closes with CloseHandle. Null and INVALID_HANDLE_VALUE are none.
class Handle {
public:
    Handle() = default;
    explicit Handle(HANDLE handle) : handle_(handle) {}
    Handle(Handle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Handle& operator=(Handle&& other) noexcept;
    ~Handle() { close(); }

    HANDLE get() const { return handle_; }
    explicit operator bool() const { return handle_ != nullptr && handle_ != INVALID_HANDLE_VALUE; }
    HANDLE release() { return std::exchange(handle_, nullptr); }
    void close();

private:
    HANDLE handle_ = nullptr;
};

// Closes with LocalFree what functions of the system allocated.
struct LocalFreed {
    void operator()(void* memory) const { ::LocalFree(memory); }
};

// The code says that nothing is there; nothing can be under a name that Windows cannot have.
inline bool means_missing(DWORD code) {
    return code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND ||
           code == ERROR_INVALID_NAME || code == ERROR_DIRECTORY;
}

// The system's sentence for the code, without the line break and the full stop at its end.
std::string system_text(DWORD code);
// "WHAT: <text of the code>", with a remedy for what an operator can change.
engine::Error system_error(const std::string& what, DWORD code);
[[noreturn]] void fail(const std::string& what, DWORD code = GetLastError());
// "cannot DOING PATH: <text of the code>", likewise.
engine::Error path_error(std::string_view doing, std::string_view path, DWORD code);

} // namespace locum::platform
