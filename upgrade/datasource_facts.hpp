#pragma once
// What is at the other end of a datasource's settings, and what the cluster's servers work on.

#include "cluster/datasources.hpp"
#include "cluster/peers.hpp"
#include "engine/check.hpp"
#include "installer/node_operations.hpp"
#include "suite/manifest.hpp"

#include <optional>
#include <string>
#include <vector>

namespace locum::upgrade {

struct ReachedDatabase {
    std::string unreachable; // Locum's account cannot look: nothing below is known; empty: it did
    std::string why_not;     // that, or the application cannot connect, or nobody can write
    std::string remedy;
    std::string identity;    // datasource::identity
    std::string cluster;     // id of the cluster whose registry is there; empty: none
    std::string version;     // of the suite, after its last operation
    std::string schema;      // of the suite; empty: none
    std::string fence;       // operation that fences it
    std::string operation;   // that is open
    std::string deactivated; // name that it was deactivated by
    std::vector<cluster::NodeRow> nodes;
    std::vector<engine::Finding> lacks; // what the two accounts may not
};
// Changes nothing.
ReachedDatabase reach_database(const datasource::Settings& settings, const std::string& suite,
                               const suite::Manifest& manifest);

// Throws Error(refused) where the suite's servers of this cluster cannot work on it.
void require_fit(const cluster::NamedDatasource& datasource, const ReachedDatabase& reached,
                 const std::string& cluster, const suite::Manifest& manifest);

// A registered server, asked just now.
struct ServerView {
    cluster::NodeRow row;
    std::optional<installer::NodeFacts> facts; // nullopt: its agent does not answer
    std::string unreachable;
    std::string datasource;   // name of its active one
    std::string fingerprint;  // of that
    std::string place;        // of that, datasource::place
    std::string identity;     // of that database, as this server finds it; empty: it is away
    std::uint64_t epoch = 0;  // the greatest that its agent has been told
    bool changing = false;    // its configurations are, perhaps, of another datasource
    bool runs = false;        // one of its services may write
    bool serves = false;      // all of them run in the cluster's version, and pass their probes
    bool in_rotation = false; // every balancer that is asked says so
};
// Throws what an agent that answers says against it.
std::vector<ServerView> ask_servers(const std::vector<cluster::NodeRow>& nodes,
                                    const cluster::Peers& peers, const suite::Manifest& manifest);
// A balancer runs, or cannot be asked.
bool balancers_run(const std::vector<cluster::NodeRow>& nodes, const cluster::Peers& peers,
                   const suite::Manifest& manifest);
// The components of a node that may use the database: all that have services, but balancers; in
// the order in which they start.
std::vector<std::string> working_components(const cluster::NodeRow& node,
                                            const suite::Manifest& manifest);

} // namespace locum::upgrade
