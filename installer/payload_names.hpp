#pragma once
// Names in a bundle that hosts of one system cannot have. `bundle lint` tells the vendor; a bundle
// that was built without it is refused before anything is unpacked.

#include "engine/check.hpp"
#include "suite/manifest.hpp"

#include <string>
#include <vector>

namespace locum::installer {

// "payload-names": of the files that the components bring, in the manifest as hosts of its system
// see it (suite::for_system). who: before what was found, "node-2: ".
std::vector<engine::Finding> payload_name_findings(const suite::Manifest& manifest,
                                                   const std::vector<std::string>& components,
                                                   const std::string& who = "");

} // namespace locum::installer
