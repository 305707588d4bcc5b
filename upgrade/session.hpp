#pragma once
// What every run of a coordinator opens first, on a server node: datasource, registry, versions.

#include "cluster/lease.hpp"
#include "cluster/operations.hpp"
#include "engine/runner.hpp"
#include "upgrade/conductor.hpp"
#include "upgrade/facts.hpp"
#include "upgrade/plans.hpp"

namespace locum::upgrade {

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

    // The new version: from a bundle, verified with the cluster's key, or as it is unpacked here
    // already. Changes nothing. bundle: path or "".
    Upgrade upgrade(const std::string& bundle, const std::optional<std::string>& version);

private:
    ClusterFacts gather_for(const suite::Manifest& to, bool before);

    cluster::Layout layout_;
    datasource::Settings settings_;
    cluster::NodeState node_;
    cluster::Store store_;
    cluster::Peers peers_;
};

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
