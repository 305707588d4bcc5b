#pragma once
// What the tests of Linux start.

#include "tests/unit/platform/support.hpp"

#include <sys/wait.h>
#include <unistd.h>

namespace locum::testing {

inline platform::Finished shell(const std::string& script) {
    platform::Command command;
    command.argv = {"/bin/sh", "-c", script};
    return platform::run(command);
}

} // namespace locum::testing
