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

// What the vendor wrote of a bundle's manifest. The lists of a component with 40,000 files take
// most of a second to parse, and are needed to unpack it only.
std::string_view without_written_parts(std::string_view manifest);

} // namespace locum::suite
