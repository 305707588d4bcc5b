#pragma once
// What `bundle build` adds to a vendor's suite.toml to make manifest.toml of it.

#include "suite/manifest.hpp"

#include <string>
#include <vector>

namespace locum::suite {

// TOML text: [[via]], [[parts]] and [files], in the order given. It is put behind the vendor's own
// text, which stays as it is, with its comments.
std::string written_parts(const std::vector<Part>& parts, const std::vector<std::string>& payloads,
                          const std::vector<File>& files, const std::vector<Via>& via = {});

// What the vendor wrote of a bundle's manifest. The rest is needed to verify and unpack it only.
std::string_view without_written_parts(std::string_view manifest);

// Where [files] begins in what written_parts wrote; the manifest's end where it has none.
std::size_t written_files_at(std::string_view manifest);

} // namespace locum::suite
