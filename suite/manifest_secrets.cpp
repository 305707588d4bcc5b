// Secrets that the cluster shares.

#include "suite/manifest_reader.hpp"

#include <fmt/format.h>

namespace locum::suite {

void ManifestReader::read_secrets() {}

} // namespace locum::suite
