#include "installer/steps/services.hpp"

#include "cluster/agent.hpp"
#include "cluster/lease.hpp"
#include "cluster/peers.hpp"
#include "cluster/program.hpp"
#include "cluster/service_units.hpp"
#include "engine/error.hpp"
#include "installer/accounts.hpp"
#include "installer/announce.hpp"
#include "installer/node_operations.hpp"
#include "installer/node_row.hpp"
#include "installer/while_busy.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <thread>

namespace locum::installer::steps {

using cluster::Layout;
using engine::NothingToUndo;
using engine::Reporter;
using engine::Step;
using engine::Undo;
using nlohmann::json;

namespace {

// A balancer's host may let in members only, and learns within seconds that this node is one.
constexpr std::chrono::seconds admission_limit{12};
constexpr std::chrono::milliseconds poll_interval{200};

} // namespace

Step make_accounts(const Installation& installation) {
    const Layout& layout = installation.layout;
    return {"service/accounts",
            fmt::format("create the accounts that the services of {} run as, and their folders",
                        layout.suite),
            [&installation, &layout] {
                return platform::exists(layout.state_file("node.json")) &&
                       account_faults(layout, cluster::load_node_state(layout),
                                      installation.manifest())
                           .empty();
            },
            [&layout] { return accounts_memo(layout); },
            [&installation, &layout](Reporter&) {
                installer::make_accounts(layout, cluster::load_node_state(layout),
                                         installation.manifest());
                return std::string();
            },
            nullptr,
            Undo{[&layout](const std::string& memo) { take_accounts_back(layout, memo); }}};
}

Step start_agent(const Installation& installation) {
    const Layout& layout = installation.layout;
    return {"agent/start",
            fmt::format("start the agent on {}:{}", installation.answers.address,
                        installation.answers.agent_port),
            [&layout] { return cluster::agent_runs(layout); },
            nullptr,
            [&layout, &installation](Reporter&) {
                cluster::start_agent(layout, cluster::agent_program(layout, installation.program),
                                     cluster::AtBoot::started);
                return std::string();
            },
            [&layout] {
                cluster::Peers(layout).ask(cluster::address_of(cluster::load_node_state(layout)),
                                           "facts");
            },
            Undo{[&layout](const std::string&) { cluster::remove_agent(layout); }}};
}

Step start_component(const Installation& installation, const std::string& component) {
    const Layout& layout = installation.layout;
    const std::string version = installation.manifest().version.text();
    auto send = [&layout](const std::string& operation, const json& parameters,
                          Reporter& reporter) {
        // No operation of the cluster: an id of its own, epoch 0.
        const cluster::CommandId id{
            fmt::format("install/{}/{}", operation, platform::hex(platform::random_bytes(8))),
            "install", 0};
        cluster::Peers(layout).command(cluster::address_of(cluster::load_node_state(layout)), id,
                                       operation, parameters.dump(), reporter,
                                       "service/" + operation);
    };
    const std::vector<std::string> services = installation.manifest().services_of(component);
    auto ask = [&layout](const std::string& operation, const json& parameters) {
        return cluster::Peers(layout).ask(cluster::address_of(cluster::load_node_state(layout)),
                                          operation, parameters.dump());
    };
    return {"service/" + component,
            fmt::format("start {} and wait until its probes pass", component),
            [ask, component, services, version, &layout] {
                if (!platform::exists(layout.state_file("node.crt")) ||
                    !cluster::agent_runs(layout))
                    return false;
                const NodeFacts facts = facts_from_json(ask("facts", json::object()));
                return all_run(facts, services, version) &&
                       json::parse(ask("probe", {{"component", component}})).at("well").get<bool>();
            },
            nullptr,
            [send, component, version](Reporter& reporter) {
                send("start", {{"component", component}, {"version", version}}, reporter);
                return std::string();
            },
            nullptr,
            Undo{[send, component](const std::string&) {
                engine::SilentReporter silent;
                send("forget", {{"component", component}}, silent);
            }}};
}

Step announce_server(const Installation& installation) {
    const Layout& layout = installation.layout;
    return {"network/balancers",
            fmt::format("let the balancers of the network know {}", installation.answers.node_name),
            [] { return false; }, // announcing twice changes nothing
            nullptr,
            [&layout, &installation](Reporter& reporter) {
                const datasource::Settings settings = datasource_of(installation);
                const auto lease = while_busy(
                    lease_patience,
                    [&] {
                        return std::make_unique<cluster::Lease>(
                            settings, layout.suite, "join of " + installation.answers.node_name);
                    },
                    [&](const engine::Error& error) { reporter.note(waits(error)); });
                cluster::Store store(settings, layout.suite);
                const auto deadline = std::chrono::steady_clock::now() + admission_limit;
                for (;; std::this_thread::sleep_for(poll_interval))
                    try {
                        announce(layout, store, installation.manifest(), lease->epoch());
                        return std::string();
                    } catch (const engine::Error&) {
                        if (std::chrono::steady_clock::now() > deadline)
                            throw;
                    }
            },
            nullptr,
            NothingToUndo{}};
}

} // namespace locum::installer::steps
