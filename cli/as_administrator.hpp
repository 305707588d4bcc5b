#pragma once
// Commands that Windows' list of programs starts: with the rights of whoever clicked there.

#include "cli/command_parser.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace locum::cli {

// Adds the option (installer::as_administrator), which is looked for before the command line is
// parsed.
void add_as_administrator(Command command);

// Tests put recorded ones in their place.
struct RightsCalls {
    std::function<bool()> is_root;
    // As in platform/elevation.hpp, for this program.
    std::function<std::optional<int>(const std::vector<std::string>& arguments)> run_elevated;
    std::function<void()> keep_window_open;
};
RightsCalls rights_calls();

// Where the arguments ask for it: runs them as an administrator, unless this process is one; its
// exit code. nullopt: this process is to go on. The window of whichever has something to say stays
// open. Throws Error(cancelled) where a person declines, Error(no_privilege) where nobody can be
// asked.
std::optional<int> run_as_administrator(const std::vector<std::string>& arguments,
                                        const RightsCalls& calls = rights_calls());

} // namespace locum::cli
