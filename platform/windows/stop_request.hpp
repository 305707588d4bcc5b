#pragma once
// How one process asks another to end.
//
// CTRL_BREAK reaches whoever shares a console and is in the group. What was started without one in
// view has a console of its own, which the sender must attach to; it can have one at a time, so
// one that sits at a terminal does not. Nothing reaches a process without any. So Locum's own
// programs wait for a named event, which needs no console, no window and no message loop, and that
// comes first; CTRL_BREAK is for everybody else's.

#include "platform/windows/system.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace locum::platform {

// With the start time, so that one of an earlier process with this id is not taken for it.
std::wstring stop_event_name(std::int64_t pid, std::uint64_t started);
// This process's; made where it is not there. Resets itself. Not null, but unnamed where another
// user has that name.
Handle own_stop_event();
// By its event, where no other user made that, else by CTRL_BREAK to its group. False: neither
// reaches it.
bool ask_to_end(std::int64_t pid, std::uint64_t started);

// The calls that CTRL_BREAK is sent by; tests put recorded ones in their place.
struct ConsoleCalls {
    std::function<std::vector<DWORD>()> at_console; // that share this process's; none: it has none
    std::function<bool()> is_seen;                  // its window
    std::function<void()> leave;
    std::function<bool(DWORD pid)> attach;
    std::function<bool(DWORD group)> generate;
};
ConsoleCalls real_console_calls();
// To the group of the process with this id. A console that others share, or that somebody looks at,
// is not left for it. One that nobody sees is, and does not come back: a new one would be a window
// on the screen, and what runs there needs none.
bool send_break(const ConsoleCalls& calls, DWORD group);

} // namespace locum::platform
