// This node's services, stopped and started by whoever looks after its host.

#include "cli/command.hpp"
#include "cluster/agent.hpp"
#include "cluster/command_log.hpp"
#include "cluster/installed.hpp"
#include "cluster/operations.hpp"
#include "cluster/peers.hpp"
#include "cluster/service_unit.hpp"
#include "cluster/service_units.hpp"
#include "cluster/transport_client.hpp"
#include "engine/error.hpp"
#include "installer/node_operations.hpp"
#include "platform/hash.hpp"
#include "platform/service.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::cli {

namespace {

using cluster::Layout;
using engine::Error;
using nlohmann::json;

// An upgrade knows which of its servers run; one that changes behind its back would mislead it.
void require_no_operation(const Layout& layout) {
    const std::optional<datasource::Settings> settings = cluster::load_datasource(layout);
    if (!settings)
        return;
    cluster::Store store(*settings, layout.suite);
    if (const auto open = cluster::Operations(store).open())
        throw Error(fmt::format("operation {} is open", open->id), engine::Kind::busy)
            .remedy("finish it (locum upgrade resume) or take it back (locum upgrade rollback); "
                    "for a service that hangs: locum node stop --emergency");
}

class OwnNode {
public:
    explicit OwnNode(const Layout& layout) :
        peers_(layout), node_(cluster::load_node_state(layout)) {}

    const cluster::NodeState& state() const { return node_; }
    installer::NodeFacts facts() const {
        return installer::facts_from_json(peers_.ask(cluster::address_of(node_), "facts"));
    }
    void tell(const std::string& operation, const json& parameters,
              engine::Reporter& reporter) const {
        const std::string id =
            fmt::format("node/{}/{}", operation, platform::hex(platform::random_bytes(8)));
        peers_.command(cluster::address_of(node_), {id, "node", cluster::no_lease}, operation,
                       parameters.dump(), reporter, operation);
    }

private:
    cluster::Peers peers_;
    cluster::NodeState node_;
};

// Of this node, in the order in which they start: a balancer in front of nothing answers every
// request with an error.
std::vector<std::string> components_in_order(const Layout& layout, const OwnNode& own) {
    const cluster::InstalledVersion installed(layout, own.state().version);
    std::vector<std::string> order;
    for (bool balancers : {false, true})
        for (const std::string& name : own.state().components) {
            const suite::Component* component = installed.manifest().component(name);
            if ((component && component->role == suite::Role::balancer) == balancers)
                order.push_back(name);
        }
    return order;
}

int start(const Common& common) {
    const Layout layout = common.layout();
    require_no_operation(layout);
    const OwnNode own(layout);
    const installer::NodeFacts facts = own.facts();
    const std::unique_ptr<engine::Reporter> reporter = make_reporter(common);
    for (const std::string& component : components_in_order(layout, own)) {
        own.tell("start", {{"component", component}, {"version", facts.current.at(component)}},
                 *reporter);
        fmt::print("{} runs and is well\n", component);
    }
    return 0;
}

// Without the agent, which may be what hangs.
bool kill_units(const Layout& layout) {
    if (!cluster::service_manager_used(layout))
        return false;
    const std::string folder = cluster::services_folder(layout);
    for (cluster::ServiceRecord& record : cluster::load_services(folder)) {
        record.wanted = false; // for the next agent
        cluster::store_service(folder, record);
        const std::string unit = cluster::service_unit_name(layout.suite, record.spec.name);
        if (!platform::service_unit_installed(unit))
            continue;
        platform::kill_service_unit(unit);
        platform::stop_service_unit(unit, record.spec.stop_timeout);
        fmt::print("{} is stopped\n", record.spec.name);
    }
    return true;
}

int stop(const Common& common, bool emergency) {
    const Layout layout = common.layout();
    if (!emergency)
        require_no_operation(layout);
    const OwnNode own(layout);
    std::vector<std::string> components = components_in_order(layout, own);
    std::reverse(components.begin(), components.end());
    const std::unique_ptr<engine::Reporter> reporter = make_reporter(common);
    try {
        for (const std::string& component : components) {
            own.tell("stop", {{"component", component}, {"at-once", emergency}}, *reporter);
            fmt::print("{} is stopped\n", component);
        }
    } catch (const cluster::Unreachable& error) {
        if (emergency && kill_units(layout))
            return 0;
        throw Error(error.one_line(), engine::Kind::failed)
            .remedy(emergency ? "end its processes: see locum status for them, then kill -9"
                              : "locum agent start, then again; for one that hangs: locum node "
                                "stop --emergency");
    }
    return 0;
}

} // namespace

void add_node_services(CLI::App& node, Action& action) {
    auto start_common = std::make_shared<Common>();
    CLI::App* starter =
        node.add_subcommand("start", "Start this node's services, and wait until they are well");
    add_common(*starter, start_common, false);
    starter->callback(
        [start_common, &action] { action = [start_common] { return start(*start_common); }; });

    auto stop_common = std::make_shared<Common>();
    auto emergency = std::make_shared<bool>(false);
    CLI::App* stopper = node.add_subcommand(
        "stop", "Stop this node's services; they stay stopped when the host boots");
    stopper->add_flag("--emergency", *emergency,
                      "Kill them at once, whatever goes on: for one that hangs");
    add_common(*stopper, stop_common, false);
    stopper->callback([stop_common, emergency, &action] {
        action = [stop_common, emergency] { return stop(*stop_common, *emergency); };
    });
}

} // namespace locum::cli
