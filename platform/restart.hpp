#pragma once
// What waits for the next start of the host: on Windows a file that is in use can be moved aside,
// but not removed before who has it open ends.

#include <string>
#include <vector>

namespace locum::platform {

// Removes what was moved aside, whenever that was, and is in use no longer; returns the rest, which
// the system removes when it starts next. Linux: never any.
std::vector<std::string> left_for_restart();

// Of a command that is done but for a restart of the host: 10, on Windows 3010
// (ERROR_SUCCESS_REBOOT_REQUIRED), which tools that distribute software know.
int restart_exit_code();

} // namespace locum::platform
