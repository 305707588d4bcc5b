#pragma once
// What may run together: the selection of a host's components, and a suite's topologies.

#include "suite/manifest.hpp"

namespace locum::suite {

// The selection, and behind it the components that come by themselves with what is selected, where
// hosts of the manifest's system can have them.
std::vector<std::string> completed(const Manifest& manifest, std::vector<std::string> components);

// The first that has all of them, of one host or of a whole cluster; nullptr: none has. What the
// suite does not know is not looked at.
const Topology* topology_of(const Manifest& manifest, const std::vector<std::string>& components);

// All there are: "stand-alone (server, administrator) or console-only (console)".
std::string topologies_text(const Manifest& manifest);

} // namespace locum::suite
