#pragma once
// Named places where a test can kill the process, raise an error, wait, or leave an effect out.
//
// LOCUM_FAILPOINTS="name=action[,name=action…]" with action kill | error | skip |
// delay:MILLISECONDS, each optionally "@N": at the Nth passage only. '*' at the end of a name
// matches any rest. Compiled in with the CMake option LOCUM_FAILPOINTS; else every call is empty.

#include <string>
#include <string_view>
#include <vector>

namespace locum::engine {

// Passes the failpoint. Throws Error(failed) for error, never returns for kill.
// Returns true where the effect that follows is to be left out (skip).
bool failpoint(std::string_view name);

// True in a build that has failpoints.
bool failpoints_compiled_in();

// The families of names that exist, for `locum debug failpoints`.
struct FailpointFamily {
    std::string pattern;
    std::string where;
};
std::vector<FailpointFamily> failpoint_families();

} // namespace locum::engine
