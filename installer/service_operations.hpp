#pragma once
// The node operations that start and stop services: start, stop, forget, reload.

#include "cluster/node.hpp"

namespace locum::installer {

cluster::NodeOperations service_operations();

} // namespace locum::installer
