#pragma once
// A cluster as an upgrade finds it, made by hand: all is well.

#include "tests/support/small_suite.hpp"
#include "upgrade/facts.hpp"

namespace locum::testing {

inline upgrade::NodeView node(const std::string& name, std::vector<std::string> components) {
    upgrade::NodeView view;
    view.row.name = name;
    view.row.components = components;
    view.row.roles = std::move(components); // in the small suite they have the same names
    view.facts = installer::NodeFacts{};
    view.facts->name = name;
    view.facts->free_bytes = 1ULL << 30;
    return view;
}

// Three servers, balancers on the first and the second.
inline upgrade::ClusterFacts three_nodes() {
    upgrade::ClusterFacts facts;
    facts.version = "1.0";
    facts.manifest = "m1";
    facts.schema = "1";
    facts.nodes = {node("node-1", {"server", "balancer"}), node("node-2", {"server", "balancer"}),
                   node("node-3", {"server"})};
    facts.database_bytes = 1 << 20;
    return facts;
}

} // namespace locum::testing
