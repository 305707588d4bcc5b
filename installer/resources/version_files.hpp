#pragma once
// The files of a version: each component's, and what the bundle says of the version.

#include "installer/installed_node.hpp"
#include "installer/resource.hpp"

namespace locum::installer::resources {

// The node must outlive what is made of it.
Resource component_files(const InstalledNode& node, const std::string& component);
// Manifest, templates, migrations, texts, kept host files; what else is in the version's folder.
Resource version_texts(const InstalledNode& node, const std::string& version);
// The link that says which version a component is.
Resource component_link(const InstalledNode& node, const std::string& component);

} // namespace locum::installer::resources
