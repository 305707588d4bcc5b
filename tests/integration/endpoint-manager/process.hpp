#pragma once
// A program that a test starts, and that does not outlive the test.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace endpoint::testing {

class Process {
public:
    // Standard output and error are appended to log.
    Process(std::vector<std::string> argv, std::string log);
    ~Process(); // kills it
    Process(Process&& other) noexcept;
    Process& operator=(Process&& other) noexcept;

    void signal(int number);
    // Its exit code, or minus the signal that ended it. Throws std::runtime_error, with the log,
    // where it does not end within the time.
    int wait(std::chrono::milliseconds limit);
    bool running();
    std::string log() const;

private:
    std::optional<int> poll();

    pid_t pid_ = -1;
    std::optional<int> ended_;
    std::string log_;
};

} // namespace endpoint::testing
