#pragma once
// The node's shortcuts in the host's menus, and its entry in the list of installed programs.

#include "installer/installed_node.hpp"
#include "installer/resource.hpp"

namespace locum::installer::resources {

// Its versions have some, or one before had.
bool shows_shortcuts(const InstalledNode& node);
// The node must outlive what is made of it.
Resource shortcuts(const InstalledNode& node);
// Where the system has such a list.
Resource apps_list(const InstalledNode& node);

} // namespace locum::installer::resources
