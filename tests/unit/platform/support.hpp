#pragma once
// Processes that the tests of this folder start.

#include "tests/support/child.hpp"

namespace locum::testing {

inline platform::Command child_command(std::vector<std::string> words) {
    platform::Command command;
    command.argv = child(std::move(words));
    return command;
}

} // namespace locum::testing
