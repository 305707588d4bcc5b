#pragma once
// How an agent finds out whether a component of its node is well.

#include "cluster/node.hpp"

#include <optional>
#include <string>

namespace locum::installer {

// nullopt: all probes that this version has for the component pass; else why not.
std::optional<std::string> unwell(cluster::Node& node, const std::string& version,
                                  const std::string& component);

} // namespace locum::installer
