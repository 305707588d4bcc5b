#include "upgrade/steps/balance.hpp"

#include "cluster/balancer.hpp"
#include "engine/contains.hpp"
#include "engine/error.hpp"
#include "engine/failpoint.hpp"
#include "upgrade/steps/settled.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <thread>

namespace locum::upgrade::steps {

using engine::Error;
using engine::Kind;
using engine::Reporter;
using engine::Step;
using engine::Undo;
using nlohmann::json;

namespace {

constexpr std::chrono::milliseconds poll_interval{25};
constexpr std::chrono::seconds drain_limit{60};
constexpr std::chrono::seconds rotation_limit{30};
constexpr std::chrono::seconds balancer_limit{15};

using Clock = std::chrono::steady_clock;

enum class Wanted { drained, in_rotation };

// What a balancer says of a server, and how long it must say so of a drained one.
struct Seen {
    cluster::BalancedServer server;
    std::chrono::milliseconds settle{0};
    bool is(Wanted wanted) const {
        return wanted == Wanted::in_rotation ? server.in_rotation
                                             : !server.in_rotation && server.idle;
    }
};

Seen look(Conductor& conductor, const cluster::NodeRow& balancer, const std::string& server,
          const json& servers) {
    const json told =
        json::parse(engine::during(fmt::format("asking the balancer on {}", balancer.name), [&] {
            return conductor.peers().ask(cluster::address_of(balancer), "balancer",
                                         json{{"server", server}, {"servers", servers}}.dump());
        }));
    return {{told.at("in_rotation"), told.at("idle"), told.at("says")},
            std::chrono::milliseconds(told.at("settle_ms").get<std::int64_t>())};
}

// The upgrade goes on when this balancer does.
Error waits_for(const Conductor& conductor, const cluster::NodeRow& balancer,
                const std::string& what, const Error& error) {
    const Upgrade& upgrade = conductor.upgrade();
    return Error(fmt::format("{}: {}", what, error.one_line()), Kind::paused)
        .remedy(fmt::format("bring the balancer on {0} back, or stop it there and remove the node "
                            "(locum node remove {0}), then: {1}{2}{3}",
                            balancer.name, upgrade.again, upgrade.back.empty() ? "" : ", or ",
                            upgrade.back));
}

// Asks balancers again and again until all say what is wanted.
class Watch {
public:
    Watch(Conductor& conductor, std::vector<cluster::NodeRow> balancers, std::string server,
          Wanted wanted) :
        conductor_(conductor),
        balancers_(std::move(balancers)), server_(std::move(server)), wanted_(wanted) {}

    // Asks each once. True where all say so, and have for as long as it takes to be sure.
    bool look_again() {
        const auto asked = Clock::now();
        const json servers = json::parse(conductor_.servers());
        std::chrono::milliseconds settle{0};
        why_.reset();
        for (const cluster::NodeRow& balancer : balancers_) {
            try {
                const Seen seen = look(conductor_, balancer, server_, servers);
                if (wanted_ == Wanted::drained)
                    settle = std::max(settle, seen.settle);
                if (!seen.is(wanted_))
                    why_ = Error(is_not() + fmt::format("the balancer on {} says: {}",
                                                        balancer.name, seen.server.says),
                                 wanted_ == Wanted::drained ? Kind::paused : Kind::failed)
                               .remedy("see the balancer (locum status), then: " +
                                       conductor_.upgrade().again);
            } catch (const Error& error) {
                why_ = waits_for(conductor_, balancer, is_not() + "one does not answer", error);
            }
        }
        return settled_.after(!why_, asked, Clock::now(), settle);
    }
    // All said so when last asked.
    bool holds() const { return settled_.begun(); }
    // That one says something else, or does not answer.
    const std::optional<Error>& why() const { return why_; }

private:
    std::string is_not() const {
        return fmt::format("{} is not {} in every balancer: ", server_,
                           wanted_ == Wanted::drained ? "idle" : "in rotation");
    }

    Conductor& conductor_;
    std::vector<cluster::NodeRow> balancers_;
    std::string server_;
    Wanted wanted_;
    Settled settled_;
    std::optional<Error> why_;
};

// For probes: a balancer that cannot be asked does not say so.
bool all_say(Conductor& conductor, const std::string& server, Wanted wanted) {
    try {
        Watch watch(conductor, conductor.balancers(), server, wanted);
        while (!watch.look_again()) {
            if (!watch.holds())
                return false;
            std::this_thread::sleep_for(poll_interval);
        }
        return true;
    } catch (const Error&) {
        return false;
    }
}

// Waits until all these balancers say so. One that does not answer may be restarting: it is asked
// again until the time is over, and then blocks. What holds by then has its time to settle.
void wait_for(Conductor& conductor, std::vector<cluster::NodeRow> balancers,
              const std::string& server, Wanted wanted) {
    const std::chrono::seconds limit = wanted == Wanted::drained ? drain_limit : rotation_limit;
    const auto deadline = Clock::now() + limit;
    Watch watch(conductor, std::move(balancers), server, wanted);
    for (; !watch.look_again(); std::this_thread::sleep_for(poll_interval))
        if (Clock::now() > deadline && !watch.holds())
            throw Error(*watch.why()).during(fmt::format("waiting for {} s", limit.count()));
}

std::string unwell_or_silent(Conductor& conductor, const std::string& server) {
    try {
        const std::optional<std::string> unwell =
            conductor.unwell(server, conductor.server_component());
        return unwell ? "is not well: " + *unwell : "";
    } catch (const Error& error) {
        return "does not answer: " + error.one_line();
    }
}

// At most one server is out: all others are in rotation everywhere and pass their probes, now.
void require_others(Conductor& conductor, const std::string& server) {
    const json servers = json::parse(conductor.servers());
    for (const cluster::NodeRow& node : conductor.registry().nodes()) {
        if (!node.has_role("server") || node.name == server)
            continue;
        std::string why;
        if (node.out)
            why = "is out of rotation";
        else if (std::string unwell = unwell_or_silent(conductor, node.name); !unwell.empty())
            why = std::move(unwell);
        else
            for (const cluster::NodeRow& balancer : conductor.balancers())
                if (!look(conductor, balancer, node.name, servers).is(Wanted::in_rotation))
                    why = fmt::format("is not in rotation on {}", balancer.name);
        if (!why.empty())
            throw Error(fmt::format("{} is not drained, since {} {}", server, node.name, why),
                        Kind::paused)
                .remedy(
                    fmt::format("bring {0} back, or remove it (locum node remove {0}), then: {1}",
                                node.name, conductor.upgrade().again));
    }
}

// An agent or a balancer that is away for a moment is started again: what needs it is repeated
// until the time is over. A lost lease ends it at once.
template <class F>
void patiently(F&& f) {
    const auto deadline = std::chrono::steady_clock::now() + balancer_limit;
    for (;;) {
        try {
            f();
            return;
        } catch (const Error& error) {
            if (error.kind() == Kind::busy || std::chrono::steady_clock::now() > deadline)
                throw;
        }
        std::this_thread::sleep_for(8 * poll_interval);
    }
}

// Before anything is changed: what one balancer would not do could not be undone there either.
// what: that nothing is done.
void require_balancers(Conductor& conductor, const std::string& server, const std::string& what) {
    const json servers = json::parse(conductor.servers());
    for (const cluster::NodeRow& balancer : conductor.balancers())
        try {
            patiently([&] { look(conductor, balancer, server, servers); });
        } catch (const Error& error) {
            if (error.kind() == Kind::busy)
                throw;
            throw waits_for(conductor, balancer, what, error);
        }
}

struct Told {
    std::vector<cluster::NodeRow> balancers;
    std::optional<Error> failure; // of the first that could not be told, or did not say that it was
};

// Also the registry and, before it is told, each balancer's configuration: what restarts comes up
// with it. All are told, also where one fails.
Told tell_balancers(Conductor& conductor, const std::string& step, const std::string& server,
                    bool out, Reporter& reporter) {
    conductor.under_lease([&] { conductor.registry().set_out(server, out); });
    const json parameters = {
        {"server", server}, {"out", out}, {"servers", json::parse(conductor.servers())}};
    Told told;
    for (cluster::NodeRow& balancer : conductor.balancers())
        try {
            patiently([&] {
                conductor.tell(balancer.name, step, "balance", parameters.dump(), reporter);
            });
            told.balancers.push_back(std::move(balancer));
        } catch (const Error& error) {
            if (error.kind() == Kind::busy)
                throw;
            if (!told.failure)
                told.failure = waits_for(
                    conductor, balancer,
                    fmt::format("the balancer on {} does not confirm that {} is {}", balancer.name,
                                server, out ? "out of rotation" : "in rotation again"),
                    error);
        }
    return told;
}

// The server gets load from the balancers that answer, also where one does not. One whose host is
// away cannot come into rotation: that waits for it, as for a silent balancer.
void take_in(Conductor& conductor, const std::string& step, const std::string& server,
             Reporter& reporter) {
    Told told = tell_balancers(conductor, step, server, false, reporter);
    try {
        wait_for(conductor, std::move(told.balancers), server, Wanted::in_rotation);
    } catch (Error& error) {
        if (told.failure)
            error.during(told.failure->one_line());
        if (error.kind() == Kind::busy || conductor.answers(server))
            throw;
        throw waits_for_agent(conductor, server, error.one_line());
    }
    if (told.failure)
        throw *told.failure;
}

void take_out(Conductor& conductor, const std::string& step, const std::string& server,
              Others others, Reporter& reporter) {
    if (engine::failpoint("drain/" + server))
        return;
    // Again: time has passed since it was asked, and a drain that was begun before comes here at
    // once.
    if (others == Others::must_serve && !conductor.upgrade().restored)
        patiently([&] { require_others(conductor, server); });
    try {
        Told told = tell_balancers(conductor, step, server, true, reporter);
        if (told.failure)
            throw *told.failure; // it may send requests on
        wait_for(conductor, std::move(told.balancers), server, Wanted::drained);
    } catch (const Error& error) {
        // It runs, so it may serve until this can be done, wherever a balancer hears of it.
        if (others == Others::must_serve && error.kind() != Kind::busy)
            tell_balancers(conductor, step + "/back", server, false, reporter);
        throw;
    }
}

} // namespace

std::string balancer_goes(const std::string& balancer, const std::string& node,
                          const std::optional<std::vector<installer::Components>>& others) {
    if (!others)
        return fmt::format("clients that use the {} of {} must use another node's, where there is "
                           "one",
                           balancer, node);
    const bool more = std::any_of(others->begin(), others->end(), [&](const auto& components) {
        return engine::contains(components, balancer);
    });
    return more ? fmt::format("clients that use the {} of {} must use another node's", balancer,
                              node)
                : fmt::format("no {} is left in the cluster", balancer);
}

bool in_rotation(Conductor& conductor, const std::string& server) {
    return all_say(conductor, server, Wanted::in_rotation);
}

Step drain(Conductor& conductor, const std::string& step, const std::string& server,
           Others others) {
    return {step,
            fmt::format("take {} out of every balancer and wait until it is idle", server),
            [&conductor, server] {
                return conductor.registry().node(server).out &&
                       all_say(conductor, server, Wanted::drained);
            },
            [&conductor, server, others] {
                require_balancers(conductor, server, server + " is not drained");
                if (others == Others::must_serve)
                    patiently([&] { require_others(conductor, server); });
                return std::string();
            },
            [&conductor, step, server, others](Reporter& reporter) {
                take_out(conductor, step, server, others, reporter);
                return std::string();
            },
            nullptr,
            Undo{.run =
                     [&conductor, step, server](const std::string&) {
                         engine::SilentReporter silent;
                         take_in(conductor, step + "/undo", server, silent);
                     },
                 .may_wait = true}};
}

Step undrain(Conductor& conductor, const std::string& step, const std::string& server,
             Others others, IfSilent if_silent) {
    std::function<std::string()> remember;
    if (if_silent == IfSilent::begin_nothing)
        remember = [&conductor, server] {
            require_balancers(conductor, server, server + " is not put into rotation again");
            return std::string();
        };
    return {step,
            fmt::format("put {} into rotation again", server),
            [&conductor, server] {
                return !conductor.registry().node(server).out &&
                       all_say(conductor, server, Wanted::in_rotation);
            },
            remember,
            [&conductor, step, server](Reporter& reporter) {
                take_in(conductor, step, server, reporter);
                return std::string();
            },
            nullptr,
            Undo{[&conductor, step, server, others](const std::string&) {
                require_balancers(conductor, server, server + " is left as it is");
                engine::SilentReporter silent;
                take_out(conductor, step + "/undo", server, others, silent);
            }}};
}

} // namespace locum::upgrade::steps
