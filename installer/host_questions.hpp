#pragma once
// What an agent can be asked about its host, before an upgrade or for a host that joins: questions,
// which change nothing. Parameters and results are JSON.
//   host {}      what the host is and has (HostFacts), with the folders that are written
//   reach {to}   connections to try from here (cluster::Reach); those that cannot be made
//   database {}  {address}: this node's own, as the productive database sees it; for servers

#include "cluster/node.hpp"

namespace locum::installer {

cluster::NodeOperations host_questions();

} // namespace locum::installer
