#include "examples/endpoint-manager/server/stop_request.hpp"

#include <boost/asio/windows/object_handle.hpp>
#include <fmt/format.h>
#include <fmt/xchar.h>

namespace endpoint {
namespace {

// When the process was created, as the event's name has it.
unsigned long long created() {
    FILETIME creation{}, end{}, kernel{}, user{};
    ::GetProcessTimes(::GetCurrentProcess(), &creation, &end, &kernel, &user);
    return static_cast<unsigned long long>(creation.dwHighDateTime) << 32U | creation.dwLowDateTime;
}

HANDLE make_event() {
    const std::wstring name =
        fmt::format(L"Global\\locum-stop-{}-{:x}", ::GetCurrentProcessId(), created());
    return ::CreateEventW(nullptr, TRUE, FALSE, name.c_str());
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
