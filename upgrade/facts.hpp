#pragma once
// The cluster as it is when an upgrade begins or goes on: registry, agents, productive database.

#include "cluster/clock.hpp"
#include "cluster/operations.hpp"
#include "cluster/peers.hpp"
#include "cluster/reach.hpp"
#include "datasource/schema.hpp"
#include "engine/check.hpp"
#include "installer/host_facts.hpp"
#include "installer/node_operations.hpp"
#include "suite/manifest.hpp"

namespace locum::upgrade {

struct NodeView {
    cluster::NodeRow row;
    std::optional<installer::NodeFacts> facts; // nullopt: its agent does not answer
    std::string unreachable;                   // why
    std::string unwell;                        // probe that does not pass; empty: well
    // What ask_hosts() fills (upgrade/requirements.hpp); nullopt: an older agent cannot tell.
    std::optional<installer::HostFacts> host = {};
    std::optional<std::vector<cluster::Unreached>> unreached = {};
    std::string cannot_tell = {}; // why one that knows the questions did not answer
};

struct ClusterFacts {
    std::string version;  // of the suite, after the last operation
    std::string manifest; // SHA-256
    std::string schema;   // of the productive database
    datasource::Kind kind = datasource::Kind::sqlite;
    std::vector<NodeView> nodes; // oldest first
    std::uint64_t database_bytes = 0;
    std::string coordinator_node; // the one that asks
    std::vector<cluster::Clock> clocks;
    unsigned database_version_num = 0; // PostgreSQL's server_version_num; 0: another engine
    std::vector<engine::Finding> copy_obstacles;
    // What the coordinator's own node and account lack for the steps that it does itself.
    std::vector<engine::Finding> coordinator;
};

struct Sources {
    const cluster::Layout& layout;
    const datasource::Settings& settings;
    const suite::Manifest& current; // of this node
    const suite::Manifest& to;      // the version that the copies are for
    const cluster::Peers& peers;
    std::string backup_folder;
};
ClusterFacts gather(const Sources& from);

// The bundle brings a program for the node's system, and its agent can be told to run from it.
bool brings_agent(const suite::Manifest& manifest, const NodeView& node);

// Names of the nodes with a server, oldest first.
std::vector<std::string> servers_of(const ClusterFacts& facts);

} // namespace locum::upgrade
