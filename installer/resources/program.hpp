#pragma once
// Locum's own program as the bundle brought it, and the link that the agent runs from.

#include "installer/installed_node.hpp"
#include "installer/resource.hpp"

namespace locum::installer::resources {

// For a node that has one, which must outlive what is made of it. It is removed with all versions.
Resource program(const InstalledNode& node);

} // namespace locum::installer::resources
