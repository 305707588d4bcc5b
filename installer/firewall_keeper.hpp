#pragma once
// What the agent does for the host's firewall: at its start it sets the rules, since a firewall may
// have forgotten them at a boot; then it follows the cluster's members.

#include "cluster/agent.hpp"
#include "installer/firewall.hpp"

namespace locum::installer {

// As the registry has them. Needs a datasource.
std::vector<Member> registered_members(const cluster::Layout& layout);

// Question:
//   members {}   the cluster's members, for a node whose agent cannot read the registry
cluster::NodeOperations firewall_operations();

// One beat. Members are those of the registry, else what a server says; while neither can be asked,
// those that are kept. A firewall that refuses is tried again at the next beat.
cluster::AgentTask keep_firewall(const cluster::Layout& layout, const FindFirewall& find);

} // namespace locum::installer
