#pragma once
// Locum's rules in the host's firewall.

#include "installer/installed_node.hpp"
#include "installer/resource.hpp"

namespace locum::installer::resources {

// The node must outlive what is made of it.
Resource firewall(const InstalledNode& node);

} // namespace locum::installer::resources
