#pragma once
// The service control manager: what the files about services share.

#include "platform/windows/system.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <winsvc.h>

namespace locum::platform {

// Closes with CloseServiceHandle.
class ServiceHandle {
public:
    ServiceHandle() = default;
    explicit ServiceHandle(SC_HANDLE handle) : handle_(handle) {}
    ServiceHandle(ServiceHandle&& other) noexcept :
        handle_(std::exchange(other.handle_, nullptr)) {}
    ServiceHandle& operator=(ServiceHandle&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~ServiceHandle() {
        if (handle_ != nullptr)
            ::CloseServiceHandle(handle_);
    }
    SC_HANDLE get() const { return handle_; }
    explicit operator bool() const { return handle_ != nullptr; }

private:
    SC_HANDLE handle_ = nullptr;
};

ServiceHandle open_manager(DWORD access = SC_MANAGER_CONNECT);
// None where there is no such service. Throws Error for whatever else keeps it from being opened.
ServiceHandle find_service(const std::string& name, DWORD access);
// Throws Error where there is none, too.
ServiceHandle open_service(const std::string& name, DWORD access);

// "cannot DOING the service NAME: <text of the code>", with what can be done about it.
engine::Error service_error(const std::string& doing, const std::string& name, DWORD code);

// Somebody removed it, and somebody still has it open: it can be neither changed nor made again.
bool marked_for_deletion(SC_HANDLE service);
engine::Error marked_error(const std::string& name);

SERVICE_STATUS_PROCESS status_of(SC_HANDLE service);
// Its process has ended, whatever the manager says: it takes a moment to see that (Wine: until the
// next order).
bool process_is_gone(const SERVICE_STATUS_PROCESS& status);
// How it ended, in words: by the code that it or the system left.
std::string end_of(const SERVICE_STATUS_PROCESS& status);

// Looks until the state is another one than `pending`. A service tells that it goes on with that by
// a higher checkpoint: one that told nothing for so long as it said that it would need, and for
// `patience`, hangs. Returns what it was seen in last, which is `pending` where it hangs, or where
// it took longer than `longest`.
using LookAtService = std::function<SERVICE_STATUS_PROCESS()>;
SERVICE_STATUS_PROCESS await_other_state(const LookAtService& look, DWORD pending,
                                         std::chrono::milliseconds patience,
                                         std::chrono::milliseconds longest);
// It is asked to stop, and does nothing about it. taking: as text for people.
engine::Error hangs_error(const std::string& name, const SERVICE_STATUS_PROCESS& status,
                          const std::string& doing);

} // namespace locum::platform
