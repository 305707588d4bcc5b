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

// Packs `folder` into the file `to`. Modes become 0755 for folders and what its owner may
// execute, else 0644, so that the bytes do not depend on a umask. Throws Error(usage) for what a
// bundle cannot carry.
Payload pack_payload(const std::string& component, const std::string& folder,
                     const std::string& to);

} // namespace locum::suite
