#include "cluster/command_log.hpp"

#include "engine/error.hpp"

#include <fmt/format.h>

namespace locum::cluster {

using engine::Mark;

namespace {

std::string subject_of(const std::string& command) {
    return command.substr(0, command.find('@'));
}

} // namespace

CommandLog::CommandLog(const std::string& file) : journal_(file) {
    for (const engine::Record& record : journal_.all()) {
        greatest_epoch_ = std::max(greatest_epoch_, record.epoch);
        if (record.mark == Mark::done)
            results_[record.step] = record.text;
    }
}

void CommandLog::admit(std::uint64_t epoch) {
    if (epoch == no_lease)
        return;
    if (epoch < greatest_epoch_)
        throw engine::Error(
            fmt::format("the command has epoch {}, but this node has seen {}: its sender no "
                        "longer holds the lease",
                        epoch, greatest_epoch_),
            engine::Kind::busy)
            .remedy("locum upgrade status");
    greatest_epoch_ = epoch;
}

std::uint64_t CommandLog::greatest_epoch() {
    const std::lock_guard lock(mutex_);
    return greatest_epoch_;
}

std::string CommandLog::once(const std::string& command, const std::string& operation,
                             std::uint64_t epoch, const std::function<std::string()>& work) {
    std::unique_lock lock(mutex_);
    admit(epoch);
    const std::string subject = subject_of(command);
    // Under a lease there is one coordinator, which does one thing after the other: whatever still
    // runs here is its predecessor's, and may be the opposite.
    ended_.wait(lock,
                [&] { return epoch == no_lease ? !running_.contains(subject) : running_.empty(); });
    if (auto result = results_.find(command); result != results_.end())
        return result->second;
    admit(epoch); // while it waited, a newer epoch may have come
    journal_.append({operation, epoch, command, Mark::intent, "", ""});
    running_.insert(subject);
    lock.unlock();
    // Whoever waits goes on, whatever becomes of the record.
    auto finish = [&](Mark mark, const std::string& text) {
        std::lock_guard again(mutex_);
        running_.erase(subject);
        ended_.notify_all();
        journal_.append({operation, epoch, command, mark, "", text});
        if (mark == Mark::done)
            results_[command] = text;
    };
    auto failed = [&](const std::string& why) {
        try {
            finish(Mark::undone, why);
        } catch (const engine::Error&) {
            // The work's own error says more; without the record it is run again all the same.
        }
    };
    std::string result;
    try {
        result = work();
    } catch (const engine::Error& error) {
        failed(error.one_line());
        throw;
    } catch (const std::exception& error) {
        failed(error.what());
        throw;
    }
    finish(Mark::done, result);
    return result;
}

} // namespace locum::cluster
