#include "engine/work_count.hpp"

#include <algorithm>
#include <utility>

namespace locum::engine {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds between_reports{200};

} // namespace

WorkCount::WorkCount(Reporter& reporter, std::string step_id, std::uint64_t total,
                     std::string unit) :
    reporter_(reporter),
    step_id_(std::move(step_id)), total_(total), unit_(std::move(unit)) {}

void WorkCount::add(std::uint64_t more) {
    done_ += more;
    if (Clock::now() < next_)
        return;
    next_ = Clock::now() + between_reports;
    tell();
}

void WorkCount::end() {
    total_ = done_;
    tell();
}

void WorkCount::tell() {
    reporter_.work(step_id_, done_, total_ == 0 ? 0 : std::max(total_, done_), unit_);
}

} // namespace locum::engine
