#pragma once
// What the tests of this folder share.

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/process.hpp"

#include <chrono>
#include <doctest/doctest.h>
#include <optional>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace locum::platform::test {

// A folder that goes with the test.
struct Scratch {
    std::string path = make_temporary_folder("/tmp", "locum-platform-");
    Scratch() = default;
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() { remove_all(path); }
    std::string operator/(const std::string& name) const { return path + "/" + name; }
};

template <class Condition>
bool within(std::chrono::milliseconds limit, Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

template <class F>
engine::Error error_of(F&& f) {
    try {
        f();
    } catch (const engine::Error& error) {
        return error;
    }
    FAIL("no error was thrown");
    return engine::Error("");
}

inline bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

inline Finished shell(const std::string& script) {
    Command command;
    command.argv = {"/bin/sh", "-c", script};
    return run(command);
}

// Ends a detached process that a failing test would leave.
struct Ended {
    ProcessId process;
    explicit Ended(ProcessId started) : process(std::move(started)) {}
    Ended(const Ended&) = delete;
    Ended& operator=(const Ended&) = delete;
    ~Ended() {
        send_signal(process, "KILL");
        wait_end(process, std::chrono::seconds(5));
    }
};

} // namespace locum::platform::test
