#pragma once
// A child that goes on beside this process until it is told to end.

#include "platform/process.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace locum::platform {

class Companion {
public:
    // Of the command, time limit, input and output limit do not count; it reads nothing. log_file:
    // what it writes to either output is appended to it. It is killed where the thread that made
    // this ends (Windows: the process). Throws Error where it cannot be started.
    Companion(const Command& command, const std::string& log_file);
    // Kills it and its group (Windows: all that it started, however).
    ~Companion();
    Companion(const Companion&) = delete;
    Companion& operator=(const Companion&) = delete;

    // How it ended by itself; nullopt: it goes on. Waits for that so long.
    std::optional<Finished> ended(std::chrono::milliseconds limit = std::chrono::milliseconds(0));
    // Tells it and its group to end (SIGTERM; Windows: as send_signal() does), waits, then kills
    // the group: timed_out says so.
    Finished end(std::chrono::milliseconds grace);

private:
    struct State;
    std::unique_ptr<State> state_;
    std::optional<Finished> finished_;
};

} // namespace locum::platform
