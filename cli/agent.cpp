#include "cluster/agent.hpp"
#include "cli/document.hpp"
#include "cli/operations.hpp"
#include "cli/run_log.hpp"
#include "cluster/agent_exchange.hpp"
#include "cluster/program.hpp"
#include "cluster/service_unit.hpp"
#include "cluster/start_gate.hpp"
#include "installer/firewall_keeper.hpp"
#include "installer/shown.hpp"
#include "platform/host.hpp"
#include "platform/service_process.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::cli {

namespace {

using Work = std::function<int(const cluster::Layout&)>;

// For units, and for Locum itself.
void add_verb(Command app, Action& action, const std::string& name, const std::string& about,
              Work work) {
    auto common = std::make_shared<Common>();
    Command command = app.add_subcommand(name, about);
    add_common(command, common, false);
    command.callback(
        [common, work, &action] { action = [common, work] { return work(common->layout()); }; });
}

int done(const Common& common, std::string_view result, const std::string& says) {
    if (common.json)
        print_event("result", {{"result", result}});
    else
        fmt::print("{}\n", says);
    return 0;
}

// For people. Says what was done.
using Change = std::function<std::string(const cluster::Layout&)>;

void add_change(Command app, Action& action, const std::string& name, const std::string& about,
                const std::string& result, Change change) {
    auto common = std::make_shared<Common>();
    Command command = app.add_subcommand(name, about);
    add_common(command, common, true);
    command.callback(
        [=, &action] { action = [=] { return done(*common, result, change(common->layout())); }; });
}

int exchange_program(const Common& common, const std::string& version) {
    const cluster::Layout layout = common.layout();
    return logged(common, layout, "agent exchange", [&](RunReporter& reporter) {
        const bool before = version == cluster::no_program;
        cluster::exchange_agent(layout, before ? "" : version);
        const std::string says =
            fmt::format("the agent runs from {}", before ? "elsewhere" : version);
        reporter.log().add(says);
        return done(common, "agent-exchanged", says);
    });
}

void add_exchange(Command agent, Action& action) {
    auto common = std::make_shared<Common>();
    auto version = std::make_shared<std::string>();
    Command command = agent.add_subcommand(
        "exchange", "Let it run from another of Locum's programs on this host; the services go on");
    command
        .add_option("VERSION", *version,
                    fmt::format("Of the program; {}: the one from before a bundle brought any",
                                cluster::no_program))
        .required();
    add_common(command, common, true);
    command.callback([common, version, &action] {
        action = [common, version] { return exchange_program(*common, *version); };
    });
}

} // namespace

void add_agent(Command app, Action& action) {
    Command agent = app.add_subcommand("agent", "This node's agent");
    agent.require_subcommand();
    add_verb(agent, action, "run", "Be the agent, until SIGTERM",
             [](const cluster::Layout& layout) {
                 // It may be the program of another version now, which commands there name.
                 installer::try_to_show_on_host(layout);
                 return platform::as_service(
                     cluster::agent_unit_name(layout.suite), cluster::agent_log(layout),
                     [&layout](platform::ServiceProcess& process) {
                         cluster::run_agent(
                             layout, all_node_operations(),
                             {installer::keep_firewall(layout, installer::host_firewall(layout))},
                             [&process] { process.is_up(); });
                         return 0;
                     });
             });
    add_change(agent, action, "start", "Start it in the background", "agent-started",
               [](const cluster::Layout& layout) {
                   cluster::start_agent(layout,
                                        cluster::agent_program(layout, platform::this_program()),
                                        cluster::AtBoot::as_it_is);
                   return std::string("the agent runs");
               });
    auto common = std::make_shared<Common>();
    auto service = std::make_shared<std::string>();
    Command may_start =
        agent.add_subcommand("may-start", "Say whether a service may start now; asked by its unit");
    may_start.add_option("SERVICE", *service, "Its name in the manifest").required();
    add_common(may_start, common, false);
    may_start.callback([common, service, &action] {
        action = [common, service] {
            cluster::require_may_start(common->layout(), *service);
            return 0;
        };
    });
    add_verb(agent, action, "try", "Read what an agent reads at its start; changes nothing",
             [](const cluster::Layout& layout) {
                 cluster::read_as_agent(layout);
                 return 0;
             });
    add_exchange(agent, action);
    add_change(agent, action, "stop", "Stop it; the services go on", "agent-stopped",
               [](const cluster::Layout& layout) {
                   cluster::stop_agent(layout);
                   return std::string("the agent is stopped");
               });
}

} // namespace locum::cli
