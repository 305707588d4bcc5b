#pragma once
// What is noticed elsewhere when a node leaves its cluster, by `locum uninstall` or by name.

#include "installer/requirements.hpp"
#include "suite/manifest.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace locum::upgrade {

using ComponentsOf = std::map<std::string, installer::Components>; // by the node's name

// A sentence each: clients of its balancer, components that miss one of its, and what the vendor
// advises for the rest of the cluster and did not with it. others: nullopt where they are not
// known. Pure.
std::vector<std::string> noticed_when_gone(const suite::Manifest& manifest, const std::string& node,
                                           const installer::Components& components,
                                           const std::optional<ComponentsOf>& others);

} // namespace locum::upgrade
