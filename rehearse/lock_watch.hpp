#pragma once
// Within rehearse/ only: how long a migration keeps others from tables, as one sees it who looks
// again and again.

#include "datasource/locks.hpp"
#include "engine/error.hpp"
#include "engine/reporter.hpp"
#include "upgrade/measured.hpp"

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace locum::rehearse {

// The sum of many looks. A table counts from the last look at which it was free until the first at
// which it is free again, so that no lock is told shorter than it was.
class LockTally {
public:
    using Time = std::chrono::steady_clock::time_point;
    struct Look {
        Time asked;
        Time answered;
        std::vector<datasource::LockedTable> locked;
    };
    void add(const Look& look);
    // What is still locked counts until the last look.
    upgrade::Locks locks() const;

private:
    using Since = std::map<std::string, Time>; // by table
    std::optional<Time> last_asked_;
    std::chrono::steady_clock::duration longest_gap_{};
    Since writing_, reading_; // locked at the last look
    upgrade::LongestLock longest_writing_, longest_reading_;

    void count(Since& since, const std::vector<std::string>& locked, const Look& look,
               upgrade::LongestLock& longest) const;
};

// Looks at the locks of Locum's account, on a connection and in a thread of its own.
class LockWatch {
public:
    // Has looked once when it returns. Throws Error where it cannot.
    explicit LockWatch(const datasource::Settings& settings);
    ~LockWatch();
    LockWatch(const LockWatch&) = delete;
    LockWatch& operator=(const LockWatch&) = delete;

    // Looks once more, and ends. Throws Error where it could not look all the time.
    upgrade::Locks end();

private:
    std::unique_ptr<datasource::Connection> connection_; // the thread's, while that runs
    LockTally tally_;
    std::string fault_;
    std::mutex mutex_;
    std::condition_variable_any woken_;
    std::jthread thread_; // last: it ends before what it uses goes

    void look();
    void watch(const std::stop_token& stop);
};

// Passes on what it hears, and watches the locks from a migration's begin until its end.
class MigrationWatch final : public engine::Reporter {
public:
    MigrationWatch(const datasource::Settings& settings, engine::Reporter& next) :
        settings_(settings), next_(next) {}

    void step(std::string_view id, std::string_view says, engine::Progress progress,
              std::string_view detail) override;
    void work(std::string_view id, std::uint64_t done, std::uint64_t total,
              std::string_view unit) override {
        next_.work(id, done, total, unit);
    }
    void note(std::string_view text) override { next_.note(text); }

    // The longest of all migrations; nullopt: there was none, one could not be watched, or the
    // database is an embedded one.
    const std::optional<upgrade::Locks>& locks() const { return locks_; }

private:
    datasource::Settings settings_;
    engine::Reporter& next_;
    std::unique_ptr<LockWatch> watch_;
    std::optional<upgrade::Locks> locks_;
    bool all_seen_ = true;

    void begin();
    void not_seen(const engine::Error& error);
    void end();
};

} // namespace locum::rehearse
