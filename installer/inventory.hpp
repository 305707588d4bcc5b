#pragma once
// All that is installed on this host, in the order in which it is put right; it is removed in
// reverse.

#include "installer/resources/folders.hpp"

namespace locum::installer {

// What the suite's components are made of on a host besides files and processes (accounts, units,
// rules of the firewall) adds its resources in inventory.cpp. The node must outlive them.
std::vector<Resource> inventory(const InstalledNode& node,
                                resources::Purge purge = resources::Purge::no);

} // namespace locum::installer
