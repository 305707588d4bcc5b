#include "examples/endpoint-manager/load/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace endpoint::load {
namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;
// Both clocks are read in whole milliseconds, one before and one after the event.
constexpr std::int64_t clock_grain_ms = 1;

} // namespace

Ledger::Ledger(std::int64_t profile, std::int64_t number, std::int64_t version) :
    profile_(profile), first_number_(number), first_version_(version) {}

std::int64_t Ledger::send(const Instant& at) {
    const std::lock_guard lock(mutex_);
    writes_.push_back({at.ns, State::sent});
    return first_number_ + static_cast<std::int64_t>(writes_.size());
}

std::string Ledger::acknowledge(std::int64_t version, const Instant& at) {
    const std::lock_guard lock(mutex_);
    writes_.back().state = State::acknowledged;
    acknowledgements_.push_back({first_number_ + static_cast<std::int64_t>(writes_.size()), at});
    return version_problem(version);
}

void Ledger::refuse() {
    const std::lock_guard lock(mutex_);
    writes_.back().state = State::refused;
}

void Ledger::forget() {
    const std::lock_guard lock(mutex_);
    writes_.back().state = State::unknown;
    ++unknown_;
}

// Each committed write adds one to the version.
std::string Ledger::version_problem(std::int64_t version) const {
    const std::int64_t committed = version - first_version_;
    const auto least = static_cast<std::int64_t>(acknowledgements_.size());
    if (committed >= least && committed <= least + unknown_) {
        return {};
    }
    return fmt::format("profile {} has version {}, expected {} to {}", profile_, version,
                       first_version_ + least, first_version_ + least + unknown_);
}

const Ledger::Write* Ledger::write(std::int64_t number) const {
    const std::int64_t index = number - first_number_ - 1;
    return index >= 0 && index < static_cast<std::int64_t>(writes_.size())
               ? &writes_[static_cast<std::size_t>(index)]
               : nullptr;
}

std::string Ledger::never_current(std::int64_t number, std::int64_t ended_ns) const {
    if (number == first_number_) {
        return {};
    }
    const Write* found = write(number);
    if (found == nullptr || found->sent_ns > ended_ns) {
        return fmt::format("profile {}: value {} was never sent", profile_, number);
    }
    if (found->state == State::refused) {
        return fmt::format("profile {}: the write of value {} was refused", profile_, number);
    }
    return {};
}

Judgement Ledger::judge(std::int64_t number, const Source& source) const {
    const std::lock_guard lock(mutex_);
    if (std::string problem = never_current(number, source.ended.ns); !problem.empty()) {
        return {.wrong = std::move(problem)};
    }
    const Write* found = write(number);
    if (found != nullptr && found->state == State::unknown) {
        return {}; // it may have been committed at any time since, also after later ones
    }
    const auto number_before = [&](auto happened_before) {
        const auto end = std::partition_point(acknowledgements_.begin(), acknowledgements_.end(),
                                              happened_before);
        return end == acknowledgements_.begin() ? first_number_ : std::prev(end)->number;
    };
    const std::int64_t current =
        number_before([&](const Acknowledgement& a) { return a.at.ns < source.started.ns; });
    if (number >= current) {
        return {};
    }
    if (!source.snapshot_ms) {
        return {.wrong = fmt::format("profile {}: value {}, when {} had been acknowledged",
                                     profile_, number, current)};
    }
    const std::int64_t copied = number_before([&](const Acknowledgement& a) {
        return a.at.unix_ms < *source.snapshot_ms - clock_grain_ms;
    });
    if (number < copied) {
        return {.wrong = fmt::format(
                    "profile {}: value {}, when {} had been acknowledged before the snapshot",
                    profile_, number, copied)};
    }
    const auto next =
        std::partition_point(acknowledgements_.begin(), acknowledgements_.end(),
                             [&](const Acknowledgement& a) { return a.number <= number; });
    return {
        .wrong = {}, .staleness_ms = (source.started.ns - next->at.ns) / ns_per_ms, .stale = true};
}

Settlement Ledger::settle(std::int64_t number, std::int64_t version) const {
    const std::lock_guard lock(mutex_);
    Settlement result;
    result.wrong = never_current(number, Instant::now().ns);
    const auto least = first_version_ + static_cast<std::int64_t>(acknowledgements_.size());
    if (version < least) {
        result.lost = least - version;
    } else if (result.wrong.empty()) {
        result.wrong = version_problem(version);
    }
    const std::int64_t last =
        acknowledgements_.empty() ? first_number_ : acknowledgements_.back().number;
    const Write* found = write(number);
    const bool unknown = found != nullptr && found->state == State::unknown;
    if (number != last && !unknown && result.lost == 0) {
        result.lost = 1; // the last acknowledged value is not there
    }
    return result;
}

std::int64_t Ledger::acknowledged() const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::int64_t>(acknowledgements_.size());
}

} // namespace endpoint::load
