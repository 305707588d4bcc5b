#pragma once
// How progress reaches a person or a program. Implemented in cli/ (line, bar, JSON lines);
// the agent's implementation streams it to the coordinator.

#include <cstdint>
#include <string>
#include <string_view>

namespace locum::engine {

enum class Progress { started, done, already, failed, undoing, undone };

std::string_view name(Progress progress);

class Reporter {
public:
    virtual ~Reporter() = default;
    // One line of a plan changed state. detail: empty, or what was measured or went wrong.
    virtual void step(std::string_view id, std::string_view says, Progress progress,
                      std::string_view detail) = 0;
    // Work inside a step: done of total, in unit ("rows", "bytes"); total 0 where it is not known.
    virtual void work(std::string_view id, std::uint64_t done, std::uint64_t total,
                      std::string_view unit) = 0;
    // Something the operator should know and need not act on.
    virtual void note(std::string_view text) = 0;
};

// Says nothing.
class SilentReporter final : public Reporter {
public:
    void step(std::string_view, std::string_view, Progress, std::string_view) override {}
    void work(std::string_view, std::uint64_t, std::uint64_t, std::string_view) override {}
    void note(std::string_view) override {}
};

} // namespace locum::engine
