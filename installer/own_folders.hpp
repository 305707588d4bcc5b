#pragma once
// Which folders an installation made on this host, so that its removal takes these and no others.

#include "cluster/layout.hpp"

#include <string>
#include <vector>

namespace locum::installer {

// Where it is kept, in the state folder.
inline constexpr const char* own_folders_file = "folders";

// Adds them, and those that were made for the state folder, to what is kept.
void keep_own_folders(const cluster::Layout& layout, const std::vector<std::string>& made);
void forget_own_folders(const cluster::Layout& layout);
// Outermost first; none where nothing is kept.
std::vector<std::string> own_folders(const cluster::Layout& layout);
// Made by the installation, or at the layout's own place for this suite.
bool is_ours(const cluster::Layout& layout, const std::string& folder);

} // namespace locum::installer
