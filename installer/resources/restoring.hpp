#pragma once
// Files that differ from a signed list are put back one by one: at no moment, whoever is killed, is
// a file gone that was there.

#include "engine/reporter.hpp"
#include "installer/file_differences.hpp"
#include "installer/installed_node.hpp"

#include <functional>

namespace locum::installer::resources {

// What nobody expects may be somebody's work: it is moved to where it is in nobody's way, on the
// same file system.
void set_aside(const InstalledNode& node, const std::string& path, engine::Reporter& reporter);

// Where a repair unpacks what has this name ("server", "locum"). Gone when it ends; there is one
// behind a repair that was killed.
std::string restored_folder(const InstalledNode& node, const std::string& name);

// unpack: gets the folder to unpack into; called where something is to be taken from there.
void restore_files(const InstalledNode& node, const std::string& name, const std::string& folder,
                   const std::vector<FileDifference>& differences,
                   const std::function<void(const std::string& into)>& unpack,
                   engine::Reporter& reporter);

} // namespace locum::installer::resources
