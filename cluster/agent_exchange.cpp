// How an agent comes to run from another of the programs on its host. It cannot see to that itself:
// a process of its own, from the program that is known to work, restarts it, waits for it, and puts
// back what was there where it does not come up.

#include "cluster/agent_exchange.hpp"

#include "cluster/agent.hpp"
#include "cluster/peers.hpp"
#include "cluster/program.hpp"
#include "cluster/service_units.hpp"
#include "engine/error.hpp"
#include "engine/failpoint.hpp"
#include "platform/capabilities.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/lock.hpp"
#include "platform/process.hpp"
#include "platform/service.hpp"
#include "platform/shell.hpp"

#include <cstdlib>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <thread>

namespace locum::cluster {

using engine::Error;
using nlohmann::json;

namespace {

constexpr std::chrono::seconds answer_limit{20};
constexpr std::chrono::milliseconds poll_interval{50};

std::string record_file(const Layout& layout) {
    return layout.state_file("exchange.json");
}

void store(const Layout& layout, const AgentExchange& exchange) {
    platform::write_file(record_file(layout),
                         json{{"to", exchange.to},
                              {"from", exchange.from},
                              {"elsewhere", exchange.elsewhere},
                              {"fault", exchange.fault}}
                             .dump(),
                         0600);
}

// That it listens is not enough: it must say that it is the one.
void await_answer(const Layout& layout, const std::string& version) {
    const auto deadline = std::chrono::steady_clock::now() + answer_limit;
    for (;; std::this_thread::sleep_for(poll_interval)) {
        std::string why;
        try {
            const json facts =
                json::parse(Peers(layout).ask(address_of(load_node_state(layout)), "facts"));
            const std::string runs = facts.value("program", json::object()).value("runs", "");
            if (runs == version)
                return;
            why = fmt::format("it runs from {}", runs.empty() ? "elsewhere" : runs);
        } catch (const std::exception& error) {
            why = error.what();
        }
        if (std::chrono::steady_clock::now() > deadline)
            throw Error(fmt::format("the agent does not answer as Locum {} after {} s: {}", version,
                                    answer_limit.count(), why));
    }
}

void run_from(const Layout& layout, const std::string& version, const std::string& elsewhere) {
    link_program(layout, version);
    engine::failpoint("exchange/linked");
    restart_agent(layout, agent_program(layout, elsewhere));
    engine::failpoint("exchange/restarted");
    await_answer(layout, version);
}

// Done by the program of this version; "": by the one that runs now.
std::vector<std::string> exchange_argv(const Layout& layout, const std::string& program,
                                       const std::string& version) {
    std::vector<std::string> argv = {program.empty() ? platform::this_program()
                                                     : program_file(layout, program),
                                     "agent",
                                     "exchange",
                                     version.empty() ? no_program : version,
                                     "--suite",
                                     layout.suite};
    if (!layout.root.empty())
        argv.insert(argv.end(), {"--root", layout.root});
    return argv;
}

} // namespace

AgentExchange last_exchange(const Layout& layout) {
    if (!platform::exists(record_file(layout)))
        return {};
    const json value = json::parse(platform::read_file(record_file(layout)));
    return {value.at("to"), value.at("from"), value.at("elsewhere"), value.at("fault")};
}

std::string exchange_command(const Layout& layout, const std::string& version) {
    return platform::as_typed(exchange_argv(layout, version, version));
}

void begin_exchange(const Layout& layout, const std::string& version) {
    AgentExchange exchange = last_exchange(layout);
    if (running_program(layout).empty())
        exchange.elsewhere = platform::this_program();
    exchange.to = version;
    exchange.from = running_program(layout);
    exchange.fault.clear();
    store(layout, exchange);
    engine::failpoint("exchange/recorded");
    // By its name: a repair may have put another file in this one's place.
    const std::vector<std::string> argv = exchange_argv(layout, exchange.from, version);
    std::map<std::string, std::string> environment;
    if (const char* failpoints = std::getenv("LOCUM_FAILPOINTS"))
        environment["LOCUM_FAILPOINTS"] = failpoints;
    platform::make_folders(layout.logs());
    const std::string log = layout.logs() + "/exchange.log";
    if (service_manager_used(layout)) {
        // As a process of the agent's unit it would be ended with the agent.
        platform::start_transient_unit("locum-exchange-" + layout.suite, argv, environment, log);
        return;
    }
    // The agent that it starts gets its capabilities from it.
    const std::vector<std::string_view> capabilities = platform::capability_names();
    platform::start_detached(
        {argv, environment, "", log, "", {capabilities.begin(), capabilities.end()}});
}

void exchange_agent(const Layout& layout, const std::string& version) {
    const platform::Lock lock =
        platform::Lock::take(layout.state_file("exchange.lock"), "exchange");
    if (!version.empty())
        try_program(layout, version);
    AgentExchange exchange = last_exchange(layout);
    if (exchange.to != version) { // a person's
        exchange.to = version;
        exchange.from = linked_program(layout);
    }
    if (exchange.elsewhere.empty())
        exchange.elsewhere = platform::this_program();
    exchange.fault.clear();
    store(layout, exchange);
    // Not the link: another process may have been killed right after it was switched.
    const std::string before = exchange.from;
    try {
        run_from(layout, version, exchange.elsewhere);
    } catch (const Error& error) {
        exchange.fault = error.one_line();
        if (before == version) {
            store(layout, exchange);
            throw;
        }
        try {
            run_from(layout, before, exchange.elsewhere);
        } catch (const Error& second) {
            exchange.fault += "; and the agent before it: " + second.one_line();
            store(layout, exchange);
            throw Error(exchange.fault, engine::Kind::needs_attention)
                .remedy(fmt::format("see {}; then: {}", layout.logs(),
                                    exchange_command(layout, before)));
        }
        store(layout, exchange);
        throw Error(fmt::format("{}; the agent runs as before", exchange.fault))
            .remedy("see " + layout.logs());
    }
}

} // namespace locum::cluster
