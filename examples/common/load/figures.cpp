#include "examples/common/load/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace example::load {
namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;
constexpr std::int64_t complaint_limit = 20; // of each kind

} // namespace

// A request that failed by time-out was sent long ago, and others were right meanwhile.
void Figures::Outage::bad(const Outcome& outcome) {
    if (!since_ns_) {
        since_ns_ = std::max(outcome.started.ns, last_good_ns_);
    }
}

void Figures::Outage::good(const Outcome& outcome) {
    if (since_ns_) {
        sum_ns_ += std::max<std::int64_t>(0, outcome.ended.ns - *since_ns_);
        since_ns_.reset();
    }
    last_good_ns_ = std::max(last_good_ns_, outcome.ended.ns);
}

std::int64_t Figures::Outage::ms(const Instant& end) const {
    const std::int64_t open = since_ns_ ? std::max<std::int64_t>(0, end.ns - *since_ns_) : 0;
    // Rounded up: an outage is never 0.
    return (sum_ns_ + open + ns_per_ms - 1) / ns_per_ms;
}

Figures::Figures(std::string program, const Instant& start, std::FILE* complaints) :
    program_(std::move(program)), start_(start), complaints_(complaints), outage_(start),
    write_outage_(start), last_right_ns_(start.ns) {}

void Figures::record(const Outcome& outcome) {
    const std::lock_guard lock(mutex_);
    ++totals_.requests;
    totals_.waited += outcome.waited ? 1 : 0;
    switch (outcome.result) {
    case Result::stale:
        ++totals_.stale;
        ++lately_.stale;
        totals_.staleness_max_ms = std::max(totals_.staleness_max_ms, outcome.staleness_ms);
        [[fallthrough]];
    case Result::right:
        ++lately_.ok;
        ++lately_.nodes[outcome.node];
        longest_gap_ns_ = std::max(longest_gap_ns_, outcome.ended.ns - last_right_ns_);
        last_right_ns_ = std::max(last_right_ns_, outcome.ended.ns);
        outage_.good(outcome);
        if (outcome.write) {
            ++totals_.writes_acknowledged;
            write_outage_.good(outcome);
        }
        break;
    case Result::refused:
        ++totals_.writes_refused;
        ++lately_.refused;
        write_outage_.bad(outcome);
        break;
    case Result::failed:
        ++totals_.failed;
        ++lately_.failed;
        outage_.bad(outcome);
        if (outcome.write) {
            write_outage_.bad(outcome);
        }
        complain(outcome);
        break;
    case Result::wrong:
        ++totals_.wrong;
        ++lately_.wrong;
        complain(outcome);
        break;
    }
}

void Figures::complain(const Outcome& outcome) {
    const bool wrong = outcome.result == Result::wrong;
    const std::int64_t count = wrong ? totals_.wrong : totals_.failed;
    if (count > complaint_limit) {
        return;
    }
    const char* name = wrong ? "wrong" : "failed";
    fmt::print(complaints_, "{}: {} at {:.3f} s by {}: {}\n", program_, name,
               static_cast<double>(outcome.ended.ns - start_.ns) / 1e9, outcome.node, outcome.what);
    if (count == complaint_limit) {
        fmt::print(complaints_, "{}: further {} requests are counted only\n", program_, name);
    }
    std::fflush(complaints_);
}

Lately Figures::lately() {
    const std::lock_guard lock(mutex_);
    return std::exchange(lately_, {});
}

Totals Figures::totals(const Instant& end) const {
    const std::lock_guard lock(mutex_);
    Totals totals = totals_;
    totals.longest_gap_ms = std::max(longest_gap_ns_, end.ns - last_right_ns_) / ns_per_ms;
    totals.outage_ms = outage_.ms(end);
    totals.write_outage_ms = write_outage_.ms(end);
    return totals;
}

} // namespace example::load
