#pragma once
// Reads a bundle from front to back and admits nothing that is not exactly what was expected.

#include "platform/input_file.hpp"
#include "suite/layout.hpp"
#include "suite/manifest.hpp"

#include <map>
#include <string>

namespace locum::suite {

// The start of a bundle: the manifest's bytes and who claims to have signed them.
struct BundleHead {
    std::string manifest;
    layout::Signature signature;
    std::uint64_t size = 0; // where the first part begins
};

// Throws Error(not_trusted) where the bytes are not a bundle's; trusts nobody yet.
BundleHead read_head(const platform::InputFile& file);

// Parses the manifest of a bundle. A manifest that is wrong is not_trusted; one that is too new is
// refused.
using ParseManifest = Manifest (*)(std::string_view text, const std::string& file_name);
Manifest read_manifest(const platform::InputFile& file, const std::string& text,
                       ParseManifest parse = parse_manifest);

// Compares everything after the head with the manifest, byte by byte or by hash. Returns where
// the content of each part begins.
std::map<std::string, std::uint64_t> verify_parts(const platform::InputFile& file,
                                                  const BundleHead& head, const Manifest& manifest);

// The content of a part, held against its hash again.
std::string read_part(const platform::InputFile& file, const Part& part, std::uint64_t at);

// "FILE: found …; expected …", Kind::not_trusted.
[[noreturn]] void not_trusted(const std::string& file, const std::string& found,
                              const std::string& expected);

} // namespace locum::suite
