#pragma once
// The end of a manifest, [files]: a line each, in one literal text of TOML a component. It has tens
// of thousands of lines, so it is read here and not by the library for TOML.

#include "suite/document.hpp"
#include "suite/manifest.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace locum::suite {

// All components in this order, and the files of each in theirs.
std::string written_files(const std::vector<Component>& components, const std::vector<File>& files);

// Reads from `at` to the end of the manifest exactly what written_files gives for these components;
// anything else throws Error(usage). `rest`: what stands before, complains of it.
std::vector<File> read_files(std::string_view manifest, std::size_t at,
                             const std::vector<Component>& components, const Section& rest);

} // namespace locum::suite
