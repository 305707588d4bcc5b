// A node's services, stopped and started by whoever looks after its host, or the cluster.

#include "cli/document.hpp"
#include "cli/run_log.hpp"
#include "cluster/agent.hpp"
#include "cluster/command_log.hpp"
#include "cluster/departure.hpp"
#include "cluster/installed.hpp"
#include "cluster/lease.hpp"
#include "cluster/operations.hpp"
#include "cluster/peers.hpp"
#include "cluster/registry.hpp"
#include "cluster/service_end.hpp"
#include "cluster/service_units.hpp"
#include "cluster/transport_client.hpp"
#include "engine/error.hpp"
#include "installer/node_operations.hpp"
#include "platform/hash.hpp"

#include <fmt/format.h>

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

// This host's node, or by name another one: its agent is asked and told.
class TheNode {
public:
    TheNode(const Layout& layout, const std::string& name) :
        peers_(layout), own_(cluster::load_node_state(layout)), name_(own_.name),
        address_(cluster::address_of(own_)), components_(own_.components) {
        if (name.empty() || name == own_.name)
            return;
        const cluster::NodeRow row = row_of(layout, name);
        name_ = row.name;
        address_ = cluster::address_of(row);
        components_ = row.components;
        // Another's agent takes orders under the lease only.
        lease_ = std::make_unique<cluster::Lease>(cluster::load_datasource(layout).value(),
                                                  layout.suite, "services of " + name);
    }

    bool is_own() const { return name_ == own_.name; }
    const std::string& name() const { return name_; }
    installer::NodeFacts facts() const {
        return installer::facts_from_json(peers_.ask(address_, "facts"));
    }
    void tell(const std::string& operation, const json& parameters,
              engine::Reporter& reporter) const {
        const std::string id =
            fmt::format("node/{}/{}", operation, platform::hex(platform::random_bytes(8)));
        peers_.command(address_, {id, "node", lease_ ? lease_->epoch() : cluster::no_lease},
                       operation, parameters.dump(), reporter, operation);
    }
    // In the order in which they start: a balancer in front of nothing answers every request with
    // an error. Where no operation is open, all nodes are of one version.
    std::vector<std::string> components_in_order(const Layout& layout) const {
        const cluster::InstalledVersion installed(layout, own_.version);
        std::vector<std::string> order;
        for (bool balancers : {false, true})
            for (const std::string& name : components_) {
                const suite::Component* component = installed.manifest().component(name);
                if ((component && component->role == suite::Role::balancer) == balancers)
                    order.push_back(name);
            }
        return order;
    }

private:
    static cluster::NodeRow row_of(const Layout& layout, const std::string& name) {
        const std::optional<datasource::Settings> settings = cluster::load_datasource(layout);
        if (!settings)
            throw Error("this node runs no server, so it cannot tell where " + name + " is",
                        engine::Kind::refused)
                .remedy("run the command on a node with a server, or on " + name);
        cluster::Store store(*settings, layout.suite);
        cluster::require_not_removed(store, layout, cluster::load_node_state(layout));
        for (cluster::NodeRow& row : cluster::Registry(store).nodes())
            if (row.name == name)
                return row;
        throw Error(name + " is no node of the cluster", engine::Kind::usage)
            .remedy("see their names: locum node list");
    }

    cluster::Peers peers_;
    cluster::NodeState own_;
    std::string name_;
    cluster::Address address_;
    std::vector<std::string> components_;
    std::unique_ptr<cluster::Lease> lease_; // where it is another's
};

void print_result(const Common& common, const TheNode& node, std::string_view result,
                  const std::vector<std::string>& components) {
    if (common.json)
        print_event("result",
                    {{"result", result}, {"node", node.name()}, {"components", components}});
}

int start(const Common& common, const Layout& layout, const std::string& name,
          RunReporter& reporter) {
    require_no_operation(layout);
    const TheNode node(layout, name);
    const installer::NodeFacts facts = node.facts();
    const std::vector<std::string> components = node.components_in_order(layout);
    for (const std::string& component : components) {
        node.tell("start", {{"component", component}, {"version", facts.current.at(component)}},
                  reporter);
        reporter.log().add(fmt::format("{} of {} runs and is well", component, node.name()));
        if (!common.json)
            fmt::print("{} runs and is well\n", component);
    }
    print_result(common, node, "started", components);
    return 0;
}

int stop(const Common& common, const Layout& layout, const std::string& name, bool emergency,
         RunReporter& reporter) {
    if (!emergency)
        require_no_operation(layout);
    const TheNode node(layout, name);
    std::vector<std::string> components = node.components_in_order(layout);
    std::reverse(components.begin(), components.end());
    const auto said = [&](const std::string& what) {
        reporter.log().add(fmt::format("{} of {} is stopped", what, node.name()));
        if (!common.json)
            fmt::print("{} is stopped\n", what);
    };
    engine::Failures failures; // of an emergency: none of them lets another service run on
    const auto tell = [&](const std::string& component) {
        try {
            node.tell("stop", {{"component", component}, {"at-once", emergency}}, reporter);
            said(component);
        } catch (const cluster::Unreachable&) {
            throw;
        } catch (const Error& error) {
            if (!emergency)
                throw;
            failures.add(error);
        }
    };
    try {
        for (const std::string& component : components)
            tell(component);
    } catch (const cluster::Unreachable& error) {
        if (!node.is_own())
            throw Error(error.one_line(), engine::Kind::failed)
                .remedy("start its agent, or run the command on " + node.name());
        if (!emergency || !cluster::service_manager_used(layout))
            throw Error(error.one_line(), engine::Kind::failed)
                .remedy(emergency ? "end its processes: see locum status for them, then kill -9"
                                  : "locum agent start, then again; for one that hangs: locum node "
                                    "stop --emergency");
        components = cluster::kill_services(layout, failures);
        for (const std::string& service : components)
            said(service);
    }
    failures.raise();
    print_result(common, node, "stopped", components);
    return 0;
}

} // namespace

void add_node_services(Command node, Action& action) {
    struct Options : Common {
        std::string name;
        bool emergency = false;
    };
    const auto start_options = std::make_shared<Options>();
    Command starter = node.add_subcommand(
        "start", "Start a node's services, this one's without a NAME; wait until they are well");
    starter.add_option("NAME", start_options->name, "Another node of the cluster");
    add_common(starter, start_options, true);
    starter.callback([start_options, &action] {
        action = [start_options] {
            const Layout layout = start_options->layout();
            return logged(*start_options, layout, "node start", [&](RunReporter& reporter) {
                return start(*start_options, layout, start_options->name, reporter);
            });
        };
    });

    const auto stop_options = std::make_shared<Options>();
    Command stopper = node.add_subcommand("stop", "Stop a node's services, this one's without a "
                                                  "NAME; they stay stopped when the host boots");
    stopper.add_option("NAME", stop_options->name, "Another node of the cluster");
    stopper.add_flag("--emergency", stop_options->emergency,
                     "Kill them at once, whatever goes on: for one that hangs");
    add_common(stopper, stop_options, true);
    stopper.callback([stop_options, &action] {
        action = [stop_options] {
            const Layout layout = stop_options->layout();
            return logged(*stop_options, layout, "node stop", [&](RunReporter& reporter) {
                return stop(*stop_options, layout, stop_options->name, stop_options->emergency,
                            reporter);
            });
        };
    });
}

} // namespace locum::cli
