#pragma once
// Processes that the tests of this folder start.

#include "platform/process.hpp"
#include "tests/support/scratch.hpp"

#include <sys/wait.h>
#include <unistd.h>

namespace locum::testing {

inline platform::Finished shell(const std::string& script) {
    platform::Command command;
    command.argv = {"/bin/sh", "-c", script};
    return platform::run(command);
}

// Ends a detached process that a failing test would leave.
struct Ended {
    platform::ProcessId process;
    explicit Ended(platform::ProcessId started) : process(std::move(started)) {}
    Ended(const Ended&) = delete;
    Ended& operator=(const Ended&) = delete;
    ~Ended() {
        platform::send_signal(process, "KILL");
        platform::wait_end(process, std::chrono::seconds(5));
    }
};

} // namespace locum::testing
