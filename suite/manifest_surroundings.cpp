// What a component expects around it: files of the host's packages, connections to the outside.

#include "suite/manifest_reader.hpp"

#include <fmt/format.h>

namespace locum::suite {

void ManifestReader::read_host_files() {}

void ManifestReader::read_outgoing() {}

} // namespace locum::suite
