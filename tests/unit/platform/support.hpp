#pragma once
// Processes that the tests of this folder start.

#include "platform/process.hpp"
#include "tests/support/scratch.hpp"

#include <algorithm>

namespace locum::testing {

// The program that does what its words say (child.cpp), on every system.
inline std::vector<std::string> child(std::vector<std::string> words) {
    words.insert(words.begin(), LOCUM_BIN_DIR "/unit-platform-child");
    return words;
}

inline platform::Command child_command(std::vector<std::string> words) {
    platform::Command command;
    command.argv = child(std::move(words));
    return command;
}

// Where the system's line breaks have two characters.
inline std::string plain_lines(std::string text) {
    std::erase(text, '\r');
    return text;
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
