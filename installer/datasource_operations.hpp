#pragma once
// What an agent does with its node's datasources: the coordinator sends their settings first, by a
// verb of their own, since commands are recorded in journals.

#include "cluster/node.hpp"

namespace locum::installer {

cluster::NodeOperations datasource_operations();

} // namespace locum::installer
