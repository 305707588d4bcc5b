#include "examples/common/load/drive.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <cmath>
#include <pthread.h>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace example::load {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds lateness_limit{500};

Clock::duration seconds(double count) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(count));
}

// Returns how many requests of the schedule were skipped.
std::int64_t send_by_schedule(const Client& client, Clock::time_point due, Clock::duration interval,
                              Figures& figures, const std::atomic<bool>& stop) {
    std::int64_t skipped = 0;
    while (!stop) {
        if (const auto late = Clock::now() - due; late > lateness_limit) {
            const auto missed = late / interval;
            skipped += missed;
            due += interval * missed;
        }
        std::this_thread::sleep_until(due);
        due += interval;
        if (!stop) {
            figures.record(client());
        }
    }
    return skipped;
}

// Returns when the run is to end.
void watch(const Settings& settings, const sigset_t& signals, Clock::time_point start,
           Figures& figures, Events& events) {
    auto second = start + std::chrono::seconds(1);
    for (;;) {
        const timespec tick{0, 50'000'000};
        if (sigtimedwait(&signals, nullptr, &tick) > 0) {
            fmt::print(stderr, "{}: ended by a signal\n", figures.program());
            return;
        }
        const auto now = Clock::now();
        if (now >= second) {
            events.write(figures.lately());
            second += std::chrono::seconds(1);
        }
        if (now >= start + seconds(settings.time_limit_s)) {
            if (!settings.stop_file.empty()) {
                fmt::print(stderr, "{}: ended by the time limit of {} s\n", figures.program(),
                           settings.time_limit_s);
            }
            return;
        }
        if (!settings.stop_file.empty() && now >= start + seconds(settings.min_seconds) &&
            ::access(settings.stop_file.c_str(), F_OK) == 0) {
            return;
        }
    }
}

} // namespace

Events::Events(const std::string& file, const Instant& start) : start_(start) {
    if (file.empty()) {
        return;
    }
    output_.open(file, std::ios::app);
    if (!output_) {
        throw std::runtime_error(fmt::format("cannot write {}", file));
    }
}

void Events::write(const Lately& lately) {
    if (!output_.is_open()) {
        return;
    }
    const Instant now = Instant::now();
    const nlohmann::ordered_json line{
        {"t", std::round(static_cast<double>(now.ns - start_.ns) / 1e8) / 10},
        {"unix_ms", now.unix_ms},
        {"ok", lately.ok},
        {"failed", lately.failed},
        {"wrong", lately.wrong},
        {"refused", lately.refused},
        {"stale", lately.stale},
        {"nodes", lately.nodes}};
    output_ << line.dump() << '\n' << std::flush;
}

sigset_t block_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
}

void drive(const Settings& settings, const sigset_t& signals, const std::vector<Client>& clients,
           Figures& figures, Events& events) {
    const Clock::time_point start = Clock::now();
    const auto count = static_cast<double>(clients.size());
    const Clock::duration interval = seconds(count / settings.rate);
    std::atomic<bool> stop{false};
    std::atomic<std::int64_t> skipped{0};
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < clients.size(); ++i) {
            const Clock::time_point first = start + seconds(static_cast<double>(i) / settings.rate);
            threads.emplace_back([&, i, first] {
                skipped += send_by_schedule(clients[i], first, interval, figures, stop);
            });
        }
        watch(settings, signals, start, figures, events);
        stop = true;
    }
    if (skipped > 0) {
        fmt::print(stderr,
                   "{}: {} requests of the schedule were skipped, since their client was late by "
                   "more than half a second\n",
                   figures.program(), skipped.load());
    }
}

void write_figures(const std::string& file, const std::string& text) {
    if (file.empty()) {
        fmt::print("{}", text);
        return;
    }
    std::ofstream output(file);
    output << text << std::flush;
    if (!output) {
        throw std::runtime_error(fmt::format("cannot write {}", file));
    }
}

} // namespace example::load
