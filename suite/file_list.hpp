#pragma once
// The end of a manifest, [files]: a line each, in one literal text of TOML a payload. It has tens
// of thousands of lines, so it is read here and not by the library for TOML.

#include "suite/document.hpp"
#include "suite/manifest.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace locum::suite {

// All payloads in this order, and the files of each in theirs.
std::string written_files(const std::vector<std::string>& payloads, const std::vector<File>& files);

// Reads from `at` to the end of the manifest exactly what written_files gives for these payloads;
// anything else throws Error(usage). `rest`: what stands before, complains of it.
std::vector<File> read_files(std::string_view manifest, std::size_t at,
                             const std::vector<std::string>& payloads, const Section& rest);

} // namespace locum::suite
