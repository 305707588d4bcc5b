#pragma once
// Steps that make the cluster, or make this host a node of it.

#include "installer/install_plan.hpp"

namespace locum::installer::steps {

// The first node: CA, node key, certificate and state; then the token's file.
engine::Step create_authority(const Installation& installation);
engine::Step write_token(const Installation& installation);
// The first node: registry, suite's schema, this node's row.
engine::Step create_registry(const Installation& installation);
engine::Step create_schema(const Installation& installation);
engine::Step register_first_node(const Installation& installation);
// A further node: key made here, certificate and datasource settings from a server.
engine::Step join_network(const Installation& installation);

} // namespace locum::installer::steps
