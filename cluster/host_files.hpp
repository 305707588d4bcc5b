#pragma once
// Files that packages of the host installed and a suite's migrations need: checked against the
// manifest's sums, and kept with the version, so that what was checked is what is run.

#include "cluster/layout.hpp"
#include "engine/check.hpp"
#include "suite/manifest.hpp"

#include <map>
#include <string>
#include <vector>

namespace locum::cluster {

// Of these components, by name. Throws Error(refused) for the first that is missing, is another
// than the vendor's, or cannot be run as the migration that names it.
std::map<std::string, std::string> read_host_files(const suite::Manifest& manifest,
                                                   const std::vector<std::string>& components);
// The same as findings "host-file", one for each; for a preflight.
std::vector<engine::Finding> check_host_files(const suite::Manifest& manifest,
                                              const std::vector<std::string>& components);

// Keeps them with the version; false where they were kept already.
bool keep_host_files(const std::map<std::string, std::string>& files, const Layout& layout,
                     const std::string& version);
bool host_files_kept(const suite::Manifest& manifest, const Layout& layout,
                     const std::vector<std::string>& components);
// Fills the SQL of migrations from what is kept on this host.
void fill_host_files(suite::Manifest& manifest, const Layout& layout);

} // namespace locum::cluster
