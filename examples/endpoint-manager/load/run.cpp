#include "examples/endpoint-manager/load/run.hpp"

#include <cmath>
#include <fmt/format.h>

#include <thread>
#include <utility>

namespace endpoint::load {
namespace {

using Ledgers = std::vector<std::unique_ptr<Ledger>>;
using example::load::Events;
using example::load::Figures;
using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds read_back_limit{15}; // of all profiles together
constexpr std::chrono::milliseconds read_back_pause{50};

Ledgers learn(const Options& options) {
    Ledgers ledgers;
    Service service(options.fronts.front(), ledgers);
    for (std::int64_t profile = 1;; ++profile) {
        const auto look = service.look(profile);
        if (!look) {
            break;
        }
        if (!look->normal_mode) {
            throw std::runtime_error("a server is in update mode: what is current cannot be known "
                                     "before the upgrade is done");
        }
        ledgers.push_back(
            std::make_unique<Ledger>(profile, look->state.number, look->state.version));
    }
    if (ledgers.size() < static_cast<std::size_t>(options.clients)) {
        throw std::runtime_error(fmt::format(
            "--clients {}: at most {}, the number of profiles, since each has one writer",
            options.clients, ledgers.size()));
    }
    const Outcome last = service.read_config(options.devices);
    if (last.result != Result::right) {
        throw std::runtime_error(
            fmt::format("--devices {}: the last one is not there: {}", options.devices, last.what));
    }
    return ledgers;
}

// One profile, from a server in normal mode, which is the one that knows what was kept.
class ReadBack {
public:
    ReadBack(const Options& options, Ledgers& ledgers, Figures& figures) :
        figures_(figures), deadline_(Clock::now() + read_back_limit) {
        for (const Front& front : options.fronts) {
            services_.emplace_back(front, ledgers);
        }
    }

    // The acknowledged writes that are lost.
    std::int64_t settle(std::int64_t profile, const Ledger& ledger) {
        std::string problem = "only servers in update mode answered";
        // The front that answered for the last profile goes first.
        for (std::size_t tries = 1; Clock::now() < deadline_; ++tries) {
            Service& service = services_[turn_ % services_.size()];
            Outcome outcome;
            outcome.started = Instant::now();
            outcome.node = service.front().text();
            std::optional<Settlement> settlement;
            try {
                const auto look = service.look(profile);
                if (!look) {
                    throw std::runtime_error("the profile is gone");
                }
                outcome.node = look->node;
                if (look->normal_mode) {
                    settlement = ledger.settle(look->state.number, look->state.version);
                }
            } catch (const std::runtime_error& error) {
                outcome.result = Result::failed;
                outcome.what = problem =
                    fmt::format("reading profile {} back: {}", profile, error.what());
            }
            if (settlement && !settlement->wrong.empty()) {
                outcome.result = Result::wrong;
                outcome.what = settlement->wrong;
            }
            outcome.ended = Instant::now();
            figures_.record(outcome);
            if (settlement) {
                return settlement->lost;
            }
            ++turn_;
            if (tries % services_.size() == 0) {
                std::this_thread::sleep_for(read_back_pause);
            }
        }
        if (std::exchange(told_, true)) {
            return ledger.acknowledged();
        }
        fmt::print(
            stderr,
            "endpoint-load: profile {} and those after it could not be read back in {} s, so "
            "their writes count as lost: {}\n",
            profile, read_back_limit.count(), problem);
        return ledger.acknowledged();
    }

private:
    Figures& figures_;
    Clock::time_point deadline_;
    std::vector<Service> services_;
    std::size_t turn_ = 0;
    bool told_ = false;
};

} // namespace

Report run(const Options& options, const sigset_t& signals) {
    Ledgers ledgers = learn(options);
    const Instant started = Instant::now();
    Figures figures("endpoint-load", started, stderr);
    Events events(options.events, started);

    std::vector<std::unique_ptr<Client>> clients;
    std::vector<example::load::Client> turns;
    for (int i = 0; i < options.clients; ++i) {
        const Front& front = options.fronts[static_cast<std::size_t>(i) % options.fronts.size()];
        const auto patience = std::chrono::milliseconds(std::llround(options.patience_s * 1000));
        clients.push_back(std::make_unique<Client>(
            front,
            Share{i, options.clients, options.devices, options.user, options.password, patience},
            ledgers));
        turns.emplace_back([client = clients.back().get()] { return client->next(); });
    }
    example::load::drive(options, signals, turns, figures, events);
    clients.clear();

    Report report;
    ReadBack read_back(options, ledgers, figures);
    for (std::size_t i = 0; i < ledgers.size(); ++i) {
        report.writes_lost += read_back.settle(static_cast<std::int64_t>(i) + 1, *ledgers[i]);
    }
    events.write(figures.lately());
    const Instant ended = Instant::now();
    report.totals = figures.totals(ended);
    report.seconds = static_cast<double>(ended.ns - started.ns) / 1e9;
    return report;
}

} // namespace endpoint::load
