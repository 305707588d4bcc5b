#pragma once
// Programs that the build puts beside a test's own. They are sought there at run time, since tests
// for Windows run elsewhere than where they are built.

#include "platform/files.hpp"
#include "platform/host.hpp"

#include <string>

namespace locum::testing {

// Absolute, with '/'; of the name without ".exe".
inline std::string built(const std::string& name) {
    return platform::parent_of(platform::this_program()) + "/" + name;
}

} // namespace locum::testing
