#pragma once
// The agent's table of node operations: what installer and upgrade supply, put together.

#include "cluster/node.hpp"

namespace locum::cli {

cluster::NodeOperations all_node_operations();

} // namespace locum::cli
