#pragma once
// What is at the other end of a datasource's settings, and what the cluster's servers work on.

#include "cluster/datasources.hpp"
#include "cluster/peers.hpp"
#include "installer/node_operations.hpp"
#include "suite/manifest.hpp"

#include <optional>
#include <string>
#include <vector>

namespace locum::upgrade {

struct ReachedDatabase {
    std::string why_not; // one of the accounts cannot connect, or cannot write; empty: both can
    std::string remedy;
    // The same text where it is the same database, whatever address it is reached by: the server's
    // process and the database in it, not a replica or a copy.
    std::string identity;
    std::string cluster;     // id of the cluster whose registry is there; empty: none
    std::string schema;      // of the suite; empty: none
    std::string fence;       // operation that fences it
    std::string operation;   // that is open
    std::string deactivated; // name that it was deactivated by
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
    std::string fingerprint; // of its active datasource
    bool runs = false;       // one of its services that may write does
};
std::vector<ServerView> ask_servers(const std::vector<cluster::NodeRow>& nodes,
                                    const cluster::Peers& peers, const suite::Manifest& manifest);
// The components of a node that may use the database: all that have services, but balancers; in
// the order in which they start.
std::vector<std::string> working_components(const cluster::NodeRow& node,
                                            const suite::Manifest& manifest);

} // namespace locum::upgrade
