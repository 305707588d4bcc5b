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
#include <string>

namespace locum::platform {

// With the start time, so that one of an earlier process with this id is not taken for it.
std::wstring stop_event_name(std::int64_t pid, std::uint64_t started);
// This process's; made where it is not there. Resets itself. Not null, but unnamed where another
// user has that name.
Handle own_stop_event();
// By its event, where no other user made that, else by CTRL_BREAK to its group. False: neither
// reaches it.
bool ask_to_end(std::int64_t pid, std::uint64_t started);

} // namespace locum::platform
