#pragma once
// What an agent can be told to do on its node for an upgrade. Parameters and results are JSON.
//   copy {version}    the temporary embedded database: copied, migrated, guarded;
//                     {rows, tables, bytes}
//   forget-copy {}    removes it

#include "cluster/node.hpp"

namespace locum::upgrade {

cluster::NodeOperations node_operations();

} // namespace locum::upgrade
