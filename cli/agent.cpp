#include "cluster/agent.hpp"
#include "cli/command.hpp"
#include "cli/operations.hpp"
#include "cluster/agent_exchange.hpp"
#include "cluster/program.hpp"
#include "cluster/start_gate.hpp"
#include "installer/firewall_keeper.hpp"
#include "platform/host.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

namespace locum::cli {

namespace {

using Work = std::function<int(const cluster::Layout&)>;

void add_verb(CLI::App& app, Action& action, const std::string& name, const std::string& about,
              Work work) {
    auto common = std::make_shared<Common>();
    CLI::App* command = app.add_subcommand(name, about);
    add_common(*command, common, false);
    command->callback(
        [common, work, &action] { action = [common, work] { return work(common->layout()); }; });
}

} // namespace

void add_agent(CLI::App& app, Action& action) {
    CLI::App* agent = app.add_subcommand("agent", "This node's agent");
    agent->require_subcommand(1);
    add_verb(*agent, action, "run", "Be the agent, until SIGTERM",
             [](const cluster::Layout& layout) {
                 cluster::run_agent(
                     layout, all_node_operations(),
                     {installer::keep_firewall(layout, installer::host_firewall(layout))});
                 return 0;
             });
    add_verb(
        *agent, action, "start", "Start it in the background", [](const cluster::Layout& layout) {
            cluster::start_agent(layout, cluster::agent_program(layout, platform::this_program()));
            fmt::print("the agent runs\n");
            return 0;
        });
    auto common = std::make_shared<Common>();
    auto service = std::make_shared<std::string>();
    CLI::App* may_start = agent->add_subcommand(
        "may-start", "Say whether a service may start now; asked by its unit");
    may_start->add_option("SERVICE", *service, "Its name in the manifest")->required();
    add_common(*may_start, common, false);
    may_start->callback([common, service, &action] {
        action = [common, service] {
            cluster::require_may_start(common->layout(), *service);
            return 0;
        };
    });
    add_verb(*agent, action, "try", "Read what an agent reads at its start; changes nothing",
             [](const cluster::Layout& layout) {
                 cluster::read_as_agent(layout);
                 return 0;
             });
    auto exchange_common = std::make_shared<Common>();
    auto version = std::make_shared<std::string>();
    CLI::App* exchange = agent->add_subcommand(
        "exchange", "Let it run from another of Locum's programs on this host; the services go on");
    exchange
        ->add_option("VERSION", *version,
                     fmt::format("Of the program; {}: the one from before a bundle brought any",
                                 cluster::no_program))
        ->required();
    add_common(*exchange, exchange_common, false);
    exchange->callback([exchange_common, version, &action] {
        action = [exchange_common, version] {
            cluster::exchange_agent(exchange_common->layout(),
                                    *version == cluster::no_program ? "" : *version);
            fmt::print("the agent runs from {}\n",
                       *version == cluster::no_program ? "elsewhere" : *version);
            return 0;
        };
    });
    add_verb(*agent, action, "stop", "Stop it; the services go on",
             [](const cluster::Layout& layout) {
                 cluster::stop_agent(layout);
                 fmt::print("the agent is stopped\n");
                 return 0;
             });
}

} // namespace locum::cli
