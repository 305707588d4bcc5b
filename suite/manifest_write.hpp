#pragma once
// What `bundle build` adds to a vendor's suite.toml to make manifest.toml of it.

#include "suite/manifest.hpp"

#include <string>
#include <vector>

namespace locum::suite {

// TOML text: [[parts]] and [files], in the order given. It is put behind the vendor's own text,
// which stays as it is, with its comments.
std::string written_parts(const std::vector<Part>& parts, const std::vector<Component>& components,
                          const std::vector<File>& files);

} // namespace locum::suite
