#pragma once
// Doing as an administrator what this process may not do.

#include <optional>
#include <string>
#include <vector>

namespace locum::platform {

// Windows asks the person at this desktop, and runs the program as an administrator in a window of
// its own, in the current folder; this returns its exit code when it has ended. Throws
// Error(cancelled) where the person declines. nullopt where nobody can be asked, as in a service,
// and on Linux, where that is sudo's work.
std::optional<int> run_elevated(const std::string& program,
                                const std::vector<std::string>& arguments);
// What a person types or does to run it so.
std::string how_to_elevate(const std::string& program);

} // namespace locum::platform
