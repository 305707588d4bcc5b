#pragma once
// What an agent can be told to do on its node by installer and upgrade: all can be repeated.
// Parameters and results are JSON; the comments name their keys.

#include "cluster/node.hpp"
#include "installer/agent_operations.hpp"
#include "suite/manifest.hpp"

namespace locum::installer {

// Questions, which any member asks:
//   facts {}             the node's state as the world shows it (NodeFacts, facts_from_json)
//   servers {}           the registry's servers; for a balancer whose node has no datasource
//   operation {}         {id, kind, state} of the registry's open operation, or null; likewise
// Looks, for servers:
//   probe {component}    {well, why}
//   balancer {server, servers}
//                        {in_rotation, idle, says, settle_ms} in this node's balancer
// Commands, of servers:
//   stage {manifest, servers}
//                        unpacks the uploaded bundle and checks the configurations that it makes;
//                        versions that nothing here uses are removed
//   switch {component, version}
//   configure {component, version, mode, servers}
//                        writes the configuration for normal or update mode
//   start {component, version, limit_ms}
//                        starts the services and waits until all probes pass
//   stop {component}
//   reload {component, version}
//                        takes the configuration up without a stop
//   select {state}       components, ports and services of the state (node.json) are this node's
//   balance {server, out, servers}
//                        takes a server out of this node's balancer, or in again
//   acknowledge {}       nothing but its epoch: from then on older ones are refused here
cluster::NodeOperations node_operations();

// What `facts` answers.
struct NodeFacts {
    std::string name;
    cluster::Mode mode = cluster::Mode::normal; // that it is configured for
    std::string configured;                     // version
    std::map<std::string, std::string> current; // component → version its link points to
    struct Service {
        std::string status;
        std::string version;
        std::int64_t pid = 0;
        std::string why;
        std::string component = {};
    };
    std::map<std::string, Service> services; // by name
    std::vector<std::string> staged;         // SHA-256 of manifests
    std::optional<cluster::NodeCopy> copy;
    std::uint64_t free_bytes = 0; // of the file system that holds the data folder
    std::int64_t pid = 0;         // of the agent
    // What an agent of before decision 0019 does not tell.
    std::optional<AgentProgram> program = {};
    std::vector<std::string> bundles = {}; // kept here, by the SHA-256 of their manifests
    std::string begun =
        {}; // "modification": what was begun on its host and has not ended; "": none
};
NodeFacts facts_from_json(const std::string& text);

// Every one of the services runs in this version.
bool all_run(const NodeFacts& facts, const std::vector<std::string>& services,
             const std::string& version);
// The names of the component's services on that node, whose system may be another one than that of
// the manifest.
std::vector<std::string> services_on(const NodeFacts& facts, const suite::Manifest& manifest,
                                     std::string_view component);
// No service of the component runs, or would be started again.
bool none_runs(const NodeFacts& facts, const std::string& component);

} // namespace locum::installer
