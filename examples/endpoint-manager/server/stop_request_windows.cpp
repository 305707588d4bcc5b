#include "examples/endpoint-manager/server/stop_request.hpp"

#include <aclapi.h>
#include <boost/asio/windows/object_handle.hpp>
#include <fmt/format.h>
#include <fmt/xchar.h>
#include <sddl.h>

namespace endpoint {
namespace {

// When the process was created, as the event's name has it.
unsigned long long created() {
    FILETIME creation{}, end{}, kernel{}, user{};
    ::GetProcessTimes(::GetCurrentProcess(), &creation, &end, &kernel, &user);
    return static_cast<unsigned long long>(creation.dwHighDateTime) << 32U | creation.dwLowDateTime;
}

// Of the user of this process; for him, SYSTEM and the administrators. To be freed with LocalFree.
PSECURITY_DESCRIPTOR for_own_user() {
    HANDLE token = nullptr;
    if (::OpenProcessToken(::GetCurrentProcess(), TOKEN_QUERY, &token) == 0) {
        return nullptr;
    }
    alignas(TOKEN_USER) std::byte buffer[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    DWORD size = 0;
    wchar_t* user = nullptr;
    PSECURITY_DESCRIPTOR made = nullptr;
    if (::GetTokenInformation(token, TokenUser, buffer, sizeof buffer, &size) != 0 &&
        ::ConvertSidToStringSidW(reinterpret_cast<TOKEN_USER*>(buffer)->User.Sid, &user) != 0) {
        const std::wstring text =
            fmt::format(L"O:{0}D:P(A;;GA;;;SY)(A;;GA;;;BA)(A;;GA;;;{0})", std::wstring(user));
        ::ConvertStringSecurityDescriptorToSecurityDescriptorW(text.c_str(), SDDL_REVISION_1, &made,
                                                               nullptr);
        ::LocalFree(user);
    }
    ::CloseHandle(token);
    return made;
}

// Null where one of the name is there already: somebody else made it, and could stop this process
// by it, or keep others from that.
HANDLE make_event() {
    const std::wstring name =
        fmt::format(L"Global\\locum-stop-{}-{:x}", ::GetCurrentProcessId(), created());
    PSECURITY_DESCRIPTOR descriptor = for_own_user();
    if (descriptor == nullptr) {
        return nullptr;
    }
    SECURITY_ATTRIBUTES attributes{sizeof attributes, descriptor, FALSE};
    HANDLE event = ::CreateEventW(&attributes, TRUE, FALSE, name.c_str());
    if (::GetLastError() == ERROR_ALREADY_EXISTS && event != nullptr) {
        ::CloseHandle(event);
        event = nullptr;
    }
    ::LocalFree(descriptor);
    return event;
}

} // namespace

struct StopRequest::State {
    boost::asio::windows::object_handle event;
};

StopRequest::StopRequest(boost::asio::io_context& io, std::function<void()> then) {
    const HANDLE event = make_event();
    if (event == nullptr) {
        return; // CTRL_BREAK is left
    }
    state_ = std::make_unique<State>(State{boost::asio::windows::object_handle(io, event)});
    state_->event.async_wait([then = std::move(then)](const boost::system::error_code& error) {
        if (!error) {
            then();
        }
    });
}

StopRequest::~StopRequest() = default;

void StopRequest::cancel() {
    if (state_) {
        boost::system::error_code ignored;
        state_->event.cancel(ignored);
    }
}

} // namespace endpoint
