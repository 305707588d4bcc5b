#pragma once
// A function from JSON to JSON as a node operation.

#include "cluster/node.hpp"

#include <nlohmann/json.hpp>

namespace locum::installer {

template <class F>
cluster::NodeOperation operation(cluster::Calls calls, F f) {
    return {calls,
            [f](cluster::Node& node, const cluster::NodeCommand& command, engine::Reporter&) {
                return f(node, nlohmann::json::parse(command.parameters)).dump();
            }};
}

} // namespace locum::installer
