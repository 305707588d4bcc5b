#pragma once
// Names in a bundle that hosts of one system cannot have, and paths of programs that they cannot
// start. Of names `bundle lint` tells the vendor; what was built without it is refused before
// anything is unpacked.

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

// "program-path": of the programs that the components bring, the one with the longest path, where
// Windows would not start it. product: the suite's folder for it, on that host. who: as above.
std::vector<engine::Finding> program_path_findings(const suite::Manifest& manifest,
                                                   const std::vector<std::string>& components,
                                                   const std::string& product,
                                                   const std::string& remedy,
                                                   const std::string& who = "");

} // namespace locum::installer
