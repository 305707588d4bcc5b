#pragma once
// What this installation's node is in the registry and on its own disk.

#include "cluster/registry.hpp"
#include "installer/install_plan.hpp"

namespace locum::installer {

cluster::NodeState node_state(const Installation& installation, const std::string& cluster_id,
                              bool trial);
cluster::NodeRow node_row(const Installation& installation, const cluster::NodeState& state);
cluster::NodeRow row_of(const suite::Manifest& manifest, const cluster::NodeState& state,
                        const std::string& machine);
// Where the steps of a first node reach the datasource: from the answers; of a joined one: as
// stored.
datasource::Settings datasource_of(const Installation& installation);

} // namespace locum::installer
