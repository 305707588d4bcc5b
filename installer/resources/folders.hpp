#pragma once
// The folders of an installed node, its keys and secrets, and what is left of them at a removal.

#include "installer/installed_node.hpp"
#include "installer/resource.hpp"

namespace locum::installer::resources {

// What stays: data and logs, and what others put beside the configurations; or all goes that is
// ours.
enum class Purge { no, yes };

// The node must outlive what is made of it. Removed in reverse order: the state folder last.
std::vector<Resource> folders(const InstalledNode& node, Purge purge);
// Keys, certificates and settings that make this host a node. Nothing here can make them anew.
Resource identity(const InstalledNode& node);

// Those that go with the state folder where they are empty, as far as the state folder says.
std::vector<std::string> folders_of_state(const cluster::Layout& layout);

// What remove() of these leaves, as lines for a person: "data: /var/opt/x". Empty: nothing.
std::vector<std::string> left_behind(const InstalledNode& node, Purge purge);

} // namespace locum::installer::resources
