#pragma once
// The accounts that services run as, and the declarations of them and of their folders.

#include "installer/installed_node.hpp"
#include "installer/resource.hpp"
#include "installer/resources/folders.hpp"

namespace locum::installer::resources {

// The node must outlive what is made of it. Accounts are removed by a purge only: while data is
// kept, it is theirs.
Resource accounts(const InstalledNode& node, Purge purge);

} // namespace locum::installer::resources
