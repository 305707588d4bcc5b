#pragma once
// Counts work inside a step, and tells of it a few times a second.

#include "engine/reporter.hpp"

#include <chrono>
#include <string>

namespace locum::engine {

class WorkCount {
public:
    // reporter: must outlive it. total, unit: as Reporter::work has them.
    WorkCount(Reporter& reporter, std::string step_id, std::uint64_t total, std::string unit);

    void add(std::uint64_t more);
    // The total was an estimate; at the end it is known, and told.
    void end();

private:
    void tell();

    Reporter& reporter_;
    std::string step_id_;
    std::uint64_t total_;
    std::string unit_;
    std::uint64_t done_ = 0;
    std::chrono::steady_clock::time_point next_;
};

} // namespace locum::engine
