#pragma once
// Processes that tests start, on every system the same.

#include "platform/operating_system.hpp"
#include "platform/process.hpp"
#include "tests/support/programs.hpp"
#include "tests/support/scratch.hpp"

#include <algorithm>

namespace locum::testing {

// The program that does what its words say (tests/unit/platform/child.cpp).
inline std::vector<std::string> child(std::vector<std::string> words) {
    words.insert(words.begin(), built("unit-platform-child"));
    return words;
}

// By then the child and one beside it have started.
inline std::chrono::milliseconds start_limit() {
    return std::chrono::milliseconds(platform::system_name().starts_with("windows") ? 4000 : 400);
}

inline std::string start_limit_text() {
    return platform::system_name().starts_with("windows") ? "4 s" : "400 ms";
}

// Where the system's line breaks have two characters.
inline std::string plain_lines(std::string text) {
    std::erase(text, '\r');
    return text;
}

// One that has ended and is not reaped yet runs no more: it has no words.
inline bool runs(std::int64_t pid) {
    const std::vector<platform::RunningCommand> all = platform::running_commands();
    return std::any_of(all.begin(), all.end(), [pid](const platform::RunningCommand& one) {
        return one.pid == pid && !one.argv.empty();
    });
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
