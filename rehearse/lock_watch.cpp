#include "rehearse/lock_watch.hpp"

#include "engine/error.hpp"
#include "upgrade/steps/migrate.hpp"

#include <algorithm>

namespace locum::rehearse {

using engine::Error;
using engine::Progress;
using Clock = std::chrono::steady_clock;

namespace {

// A look takes the server a millisecond or so; more often it would disturb what it looks at.
constexpr std::chrono::milliseconds interval{10};

std::int64_t whole_ms(Clock::duration time) {
    return std::chrono::ceil<std::chrono::milliseconds>(time).count();
}

} // namespace

void LockTally::add(const Look& look) {
    if (last_asked_)
        longest_gap_ = std::max(longest_gap_, look.answered - *last_asked_);
    std::vector<std::string> writing, reading;
    for (const datasource::LockedTable& table : look.locked) {
        writing.push_back(table.name);
        if (table.from_reading)
            reading.push_back(table.name);
    }
    count(writing_, writing, look, longest_writing_);
    count(reading_, reading, look, longest_reading_);
    last_asked_ = look.asked;
}

void LockTally::count(Since& since, const std::vector<std::string>& locked, const Look& look,
                      upgrade::LongestLock& longest) const {
    for (const std::string& table : locked)
        since.try_emplace(table, last_asked_.value_or(look.asked));
    for (const auto& [table, begun] : since)
        if (const std::int64_t ms = whole_ms(look.answered - begun); ms > longest.ms)
            longest = {table, ms};
    std::erase_if(since, [&](const auto& one) {
        return std::find(locked.begin(), locked.end(), one.first) == locked.end();
    });
}

upgrade::Locks LockTally::locks() const {
    return {longest_writing_, longest_reading_, whole_ms(longest_gap_)};
}

LockWatch::LockWatch(const datasource::Settings& settings) {
    datasource::ConnectOptions options;
    options.application_name = "locum-lock-watch";
    options.read_only = true;
    connection_ = datasource::connect(settings, settings.locum, options);
    look();
    thread_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
}

LockWatch::~LockWatch() = default;

void LockWatch::look() {
    LockTally::Look look;
    look.asked = Clock::now();
    look.locked = datasource::locked_tables(*connection_);
    look.answered = Clock::now();
    tally_.add(look);
}

void LockWatch::watch(const std::stop_token& stop) {
    try {
        std::unique_lock lock(mutex_);
        while (!woken_.wait_for(lock, stop, interval, [&] { return stop.stop_requested(); }))
            look();
        look();
    } catch (const std::exception& error) {
        fault_ = error.what();
    }
}

upgrade::Locks LockWatch::end() {
    thread_.request_stop();
    thread_.join();
    if (!fault_.empty())
        throw Error(fault_);
    return tally_.locks();
}

namespace {

upgrade::Locks longer_of(upgrade::Locks a, const upgrade::Locks& b) {
    if (b.writing.ms > a.writing.ms)
        a.writing = b.writing;
    if (b.reading.ms > a.reading.ms)
        a.reading = b.reading;
    a.resolution_ms = std::max(a.resolution_ms, b.resolution_ms);
    return a;
}

} // namespace

void MigrationWatch::step(std::string_view id, std::string_view says, Progress progress,
                          std::string_view detail) {
    if (upgrade::steps::is_migration(id) && settings_.kind == datasource::Kind::postgresql)
        progress == Progress::started ? begin() : end();
    next_.step(id, says, progress, detail);
}

// That it cannot be watched is no reason not to rehearse it.
void MigrationWatch::begin() {
    try {
        watch_ = std::make_unique<LockWatch>(settings_);
    } catch (const Error& error) {
        not_seen(error);
    }
}

void MigrationWatch::not_seen(const Error& error) {
    all_seen_ = false;
    locks_.reset();
    next_.note("the locks of the migration are not measured: " + error.one_line());
}

void MigrationWatch::end() {
    if (!watch_)
        return;
    try {
        const upgrade::Locks found = watch_->end();
        if (all_seen_)
            locks_ = locks_ ? longer_of(*locks_, found) : found;
    } catch (const Error& error) {
        not_seen(error);
    }
    watch_.reset();
}

} // namespace locum::rehearse
