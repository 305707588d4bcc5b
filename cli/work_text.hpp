#pragma once
// How far long work is, as a line of progress and the full screen tell it.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace locum::cli {

// Of the work, between 0 and 1; 0 where the total is not known.
double work_share(std::uint64_t done, std::uint64_t total);

// " 40 %  2.1 MB/s  12 s left"; "12 MB  2.1 MB/s" where the total is 0, not known. unit: as
// Reporter::work has it; seconds: since the work began.
std::string work_text(std::uint64_t done, std::uint64_t total, std::string_view unit,
                      double seconds);

// How long the work goes on. Less that is done than before is other work of the same step.
class WorkClock {
public:
    using Time = std::chrono::steady_clock::time_point;
    void begin(Time now);
    double seconds(std::uint64_t done, Time now);

private:
    Time begun_;
    std::uint64_t done_ = 0;
};

} // namespace locum::cli
