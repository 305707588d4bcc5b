#pragma once
// How a system finds Locum's program by its name alone.

#include <string>

namespace locum::platform {

// Windows: for Run (Win+R) and for `start locum`, by an entry of App Paths; PATH stays as it is.
// Linux: nothing, since the folder is on PATH. Throws Error.
void enter_tool(const std::string& program);
// Takes the entry back where it is for this program.
void remove_tool_entry(const std::string& program);

} // namespace locum::platform
