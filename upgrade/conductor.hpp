#pragma once
// The coordinator's hands: commands to agents, the registry, the balancers. One for each run.

#include "cluster/installed.hpp"
#include "cluster/peers.hpp"
#include "engine/error.hpp"
#include "installer/node_operations.hpp"
#include "installer/rendering.hpp"

#include <memory>

namespace locum::upgrade {

// What one run of the coordinator is about.
struct Upgrade {
    cluster::Layout layout; // of the coordinator's own node
    std::string node;       // its name
    datasource::Settings settings;
    std::string data_folder;
    std::string from;            // version that the cluster runs
    suite::Manifest to;          // of the new version, its migrations filled
    std::string manifest_sha256; // of that
    std::string bundle_file;     // "" where none is at hand: all nodes must be staged
    std::string operation;
    std::uint64_t epoch = 0;
    // The database was put back to what it was before the migration, so the new servers cannot
    // serve: they need not.
    bool restored = false;
    // Node whose balancer does not run and will not again: nobody waits for what it says.
    std::string without_balancer;
    // What is typed when that which keeps it from going on is put right.
    std::string again = "locum upgrade resume";
    std::string back = "locum upgrade rollback"; // or: what gives it up

    const suite::Manifest& manifest() const { return to; }
    std::string version() const { return manifest().version.text(); }
    const std::string& old_version() const { return from; }
};

// How long a coordinator waits for a database that has gone away before its step fails.
inline constexpr std::chrono::seconds outage_patience{30};

class Conductor {
public:
    explicit Conductor(const Upgrade& upgrade);

    cluster::Registry& registry() { return registry_; }
    cluster::Store& store() { return store_; }
    const cluster::Peers& peers() const { return peers_; }
    // This node's certificate was issued anew: from now on it is the one that others are shown.
    void show_new_certificate() { peers_ = cluster::Peers(upgrade_.layout); }
    const Upgrade& upgrade() const { return upgrade_; }

    // Tells a node's agent to do something for a step. The command's id is made of step, action and
    // how often the step was taken back, so a repeated one is the same command.
    std::string tell(const std::string& node, const std::string& step, const std::string& action,
                     const std::string& parameters, engine::Reporter& reporter);
    // An effect on registry or database in a transaction that holds the lease's row: nobody can
    // take the lease over meanwhile. Throws Error(busy) where somebody has.
    void under_lease(const std::function<void()>& effect);
    installer::NodeFacts facts(const std::string& node);
    // Its agent does, now.
    bool answers(const std::string& node);
    // nullopt: all probes of the component pass on the node.
    std::optional<std::string> unwell(const std::string& node, const std::string& component);
    // The component's name on servers.
    std::string server_component() const;
    // The registry's servers as balancers' templates see them, JSON.
    std::string servers();
    std::vector<cluster::NodeRow> balancers();

private:
    const Upgrade& upgrade_;
    cluster::Store store_;
    cluster::Registry registry_;
    cluster::Peers peers_;
};

// Of a step that goes on when the node's agent is there again: nothing is broken (decision 0012).
engine::Error waits_for_agent(const Conductor& conductor, const std::string& node,
                              const std::string& what);

} // namespace locum::upgrade
