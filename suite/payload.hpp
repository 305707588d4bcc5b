#pragma once
// Packs a component's folder as payload/COMPONENT.tar.zst.

#include "suite/manifest.hpp"

#include <string>
#include <vector>

namespace locum::suite {

struct Payload {
    Part part;
    std::vector<File> files; // sorted by path
};

// Of a regular file with this mode in the vendor's folder, as the bundle has it: 0755 for what may
// be executed (platform/executable.hpp), else 0644.
unsigned payload_mode(const std::string& file, unsigned mode);
// Packs `folder` into the file `to`. Modes are those of payload_mode(), of folders 0755, so that
// the bytes do not depend on a umask. Throws Error(usage) for what a bundle cannot carry.
Payload pack_payload(const std::string& component, const std::string& folder,
                     const std::string& to);

} // namespace locum::suite
