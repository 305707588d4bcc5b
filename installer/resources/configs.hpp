#pragma once
// The rendered configurations of a component. They are Locum's: every operation writes them anew.

#include "installer/installed_node.hpp"
#include "installer/resource.hpp"

namespace locum::installer::resources {

// In the state folder: which configs that were there before ours a removal has put back. It stays
// as long as the bundles, which tell what the configs are called.
inline constexpr const char* restored_originals = "restored";

// The node must outlive it.
Resource component_configs(const InstalledNode& node, const std::string& component);

// What is beside the configurations in their folder, and not Locum's: paths.
std::vector<std::string> beside_configs(const InstalledNode& node);

} // namespace locum::installer::resources
