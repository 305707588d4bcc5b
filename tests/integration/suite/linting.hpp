#pragma once
// `locum bundle lint`, run.

#include "platform/process.hpp"
#include "tests/integration/suite/sample.hpp"
#include "tests/support/child.hpp"

namespace sample {

inline platform::Finished lint(const std::vector<std::string>& arguments) {
    platform::Command command;
    command.argv = {locum::testing::built("locum"), "bundle", "lint"};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    platform::Finished finished = platform::run(command);
    finished.output = locum::testing::plain_lines(finished.output); // as the system has them
    return finished;
}

} // namespace sample
