#pragma once
// The cluster's hosts as an inventory for Ansible.

#include "cluster/registry.hpp"

#include <string>
#include <vector>

namespace locum::cli {

struct Inventory {
    std::string suite;
    std::string version;                 // that the cluster runs
    std::vector<cluster::NodeRow> nodes; // oldest first
};

// YAML, as the role of scripts/ansible reads it; nothing secret. Throws Error(refused) where two
// nodes have the same address: a play would be run twice on one host, and never on the other.
std::string inventory_yaml(const Inventory& inventory);

} // namespace locum::cli
