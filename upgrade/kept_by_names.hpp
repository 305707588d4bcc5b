#pragma once
// What a removal cannot take away while it runs: where a file keeps its name until nobody has it
// open, as not every file system of Windows lets go of it before, lock, journal and registry keep
// theirs, and the folders that they are in. On Linux nothing.

#include "installer/installed_node.hpp"

#include <optional>
#include <string>
#include <vector>

namespace locum::upgrade {

struct KeptByNames {
    std::vector<std::string> folders;
    std::optional<datasource::Settings> registry; // a file without tables
};

// After the last step, under the host's lock. folders: of the state, which would have gone.
KeptByNames kept_by_names(const installer::InstalledNode& node, std::vector<std::string> folders);
// When lock, journal and lease are let go of. Throws no Error: the node is gone already, what stays
// holds nothing of it, and a new installation takes it up.
void remove_kept(const KeptByNames& kept, const std::string& suite);

} // namespace locum::upgrade
