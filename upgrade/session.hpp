#pragma once
// What every run of a coordinator opens first, on a server node: datasource, registry, versions.

#include "cluster/lease.hpp"
#include "cluster/operations.hpp"
#include "engine/runner.hpp"
#include "suite/bundle.hpp"
#include "upgrade/conductor.hpp"
#include "upgrade/facts.hpp"
#include "upgrade/plans.hpp"

namespace locum::upgrade {

// The bundle that is on its way by hops, of an operation that is one of them: what goes on after
// it.
struct Carrier {
    std::string file;                 // on the node that began it
    std::string manifest;             // SHA-256
    std::string version;              // that all hops lead to
    std::optional<UpgradeMode> mode;  // that was asked for
    std::vector<std::string> ignored; // names of findings
};

// The inputs of an operation: what another process needs to rebuild its plan.
struct Inputs {
    UpgradeMode mode = UpgradeMode::rolling;
    bool host_by_host = false; // R1's own way
    std::string from;
    std::string to;
    std::string manifest; // SHA-256 of the new bundle's
    std::vector<std::string>
        servers;             // in order; empty host by host, where the order is that of arrival
    std::string schema = {}; // of the productive database when it began
    // Nodes whose agents were older than the bundle's program then; empty host by host.
    std::vector<std::string> agents = {};
    std::optional<Carrier> carrier = {};
    // Others come after it.
    bool on_the_way() const { return carrier && carrier->manifest != manifest; }
};
std::string to_json(const Inputs& inputs);
Inputs inputs_from_json(const std::string& text);

class Session {
public:
    // Throws Error(refused) on a node without a datasource, naming a node that has one, and on one
    // that was removed from its cluster.
    explicit Session(const cluster::Layout& layout);

    const cluster::Layout& layout() const { return layout_; }
    const datasource::Settings& settings() const { return settings_; }
    cluster::Store& store() { return store_; }
    const cluster::Peers& peers() const { return peers_; }
    // to: the version that the copies are for.
    ClusterFacts facts(const suite::Manifest& to);
    // With what only a beginning asks for: hosts, clocks, connections.
    ClusterFacts facts_before(const suite::Manifest& to);
    std::optional<cluster::Operation> open_operation() {
        return cluster::Operations(store_).open();
    }

    // A bundle of the suite, verified with the cluster's key.
    suite::Bundle open(const std::string& file) const;
    // The new version: from a bundle, or as it is unpacked here already. Changes nothing. bundle:
    // path or "".
    Upgrade upgrade(const suite::Bundle& bundle);
    Upgrade upgrade(const std::string& bundle, const std::optional<std::string>& version);

private:
    Upgrade upgrade();
    ClusterFacts gather_for(const suite::Manifest& to, bool before);

    cluster::Layout layout_;
    datasource::Settings settings_;
    cluster::NodeState node_;
    cluster::Store store_;
    cluster::Peers peers_;
};

// Throws Error(busy), naming the open operation.
void require_none_open(Session& session);

// Runs or takes back a plan of an operation, and records in the registry how it ended. Back, only
// what the plan has is taken back: one that leaves something of a node that is registered, by the
// names in `nodes`, is not over.
enum class Ending { done, stays_open };
void drive(Session& session, const engine::Plan& plan, const engine::Run& run, Ending ending,
           const std::string& message, engine::Reporter& reporter);
void drive_back(Session& session, const engine::Plan& plan, const engine::Run& run,
                const std::vector<std::string>& nodes, engine::Reporter& reporter);

// servers: in the order of the plan; agents: those that are to be exchanged.
Order order_of(const ClusterFacts& facts, const suite::Manifest& manifest,
               std::vector<std::string> servers, const std::vector<std::string>& agents = {});
// Nodes whose agents are older than the program that the bundle brings for them.
std::vector<std::string> older_agents(const ClusterFacts& facts, const suite::Manifest& manifest);
// Those that an operation done host by host may have exchanged already: whose turn came.
std::vector<std::string> all_agents(const ClusterFacts& facts, const suite::Manifest& manifest);

} // namespace locum::upgrade
