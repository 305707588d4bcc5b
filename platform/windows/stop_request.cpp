#include "platform/windows/stop_request.hpp"

#include "platform/windows/named_object.hpp"
#include "platform/windows/spawn.hpp"
#include "platform/windows/wide.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <mutex>

namespace locum::platform {

namespace {

// Of those that share this process's console.
std::vector<DWORD> at_console() {
    std::vector<DWORD> pids(64);
    for (;;) {
        const DWORD count = ::GetConsoleProcessList(pids.data(), static_cast<DWORD>(pids.size()));
        if (count <= pids.size()) {
            pids.resize(count);
            return pids;
        }
        pids.resize(count);
    }
}

} // namespace

std::wstring stop_event_name(std::int64_t pid, std::uint64_t started) {
    return wide(fmt::format("Global\\locum-stop-{}-{:x}", pid, started));
}

Handle own_stop_event() {
    const std::wstring name =
        stop_event_name(::GetCurrentProcessId(), created(::GetCurrentProcess()));
    Handle event(::CreateEventW(own_object(), FALSE, FALSE, name.c_str()));
    const bool was_there = ::GetLastError() == ERROR_ALREADY_EXISTS;
    if (!event || (was_there && !is_trusted_object(event.get(), nullptr)))
        event = Handle(::CreateEventW(nullptr, FALSE, FALSE, nullptr));
    if (!event)
        fail("cannot make an event to be told to end by");
    return event;
}

bool ask_to_end(std::int64_t pid, std::uint64_t started) {
    const Handle event(::OpenEventW(EVENT_MODIFY_STATE | READ_CONTROL, FALSE,
                                    stop_event_name(pid, started).c_str()));
    const Handle process(
        ::OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, static_cast<DWORD>(pid)));
    if (event && is_trusted_object(event.get(), process.get()))
        return ::SetEvent(event.get()) != 0;
    return send_break(real_console_calls(), static_cast<DWORD>(pid));
}

ConsoleCalls real_console_calls() {
    return {at_console,
            [] {
                const HWND window = ::GetConsoleWindow();
                return window != nullptr && ::IsWindowVisible(window) != 0;
            },
            [] { ::FreeConsole(); }, [](DWORD pid) { return ::AttachConsole(pid) != 0; },
            [](DWORD group) { return ::GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, group) != 0; }};
}

bool send_break(const ConsoleCalls& calls, DWORD group) {
    static std::mutex one_console;
    const std::lock_guard lock(one_console);
    const std::vector<DWORD> here = calls.at_console();
    if (std::find(here.begin(), here.end(), group) != here.end())
        return calls.generate(group);
    // Somebody looks at it, or others share it.
    if (here.size() > 1 || calls.is_seen())
        return false;
    calls.leave(); // who has one cannot attach to another
    if (!calls.attach(group))
        return false;
    const bool sent = calls.generate(group);
    calls.leave();
    return sent;
}

} // namespace locum::platform
