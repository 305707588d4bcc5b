#pragma once
// What is noticed elsewhere when a node leaves its cluster, by `locum uninstall` or by name.

#include "cluster/registry.hpp"
#include "suite/manifest.hpp"

#include <string>
#include <vector>

namespace locum::upgrade {

// A sentence each: clients of its balancer, components that miss one of its, and what the vendor
// advises for the rest of the cluster and did not with it. Pure.
std::vector<std::string> noticed_when_gone(const suite::Manifest& manifest,
                                           const cluster::NodeRow& node,
                                           const std::vector<cluster::NodeRow>& others);

} // namespace locum::upgrade
