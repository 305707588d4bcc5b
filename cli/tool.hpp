#pragma once
// Locum's program as a host has it for later, where a setup left it (platform::places_of_tool()).

#include <string>
#include <vector>

namespace locum::cli {

// root: as platform::suite_folders(). A suite is here that it is for.
bool tool_is_needed(const std::string& root);
// Takes the program away, and its entry with it; its folder only where that is Locum's own, with
// nothing else in it. folders: those above it that were made for it, and go where they are empty
// then. Windows: it may be this process; what is in use goes at the next start of the host.
void remove_tool(const std::string& root, const std::string& program,
                 std::vector<std::string> folders);
// Where no suite needs it. What stays, and why; else "".
std::string try_to_remove_tool(const std::string& root, const std::string& program);
// What a setup left, where it is for this suite alone; else "".
std::string tool_of_last_suite(const std::string& root, const std::string& suite);

} // namespace locum::cli
