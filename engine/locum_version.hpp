#pragma once
// Which Locum this is.

namespace locum::engine {

// "0.1.0". In a file of its own, so that tests build the program once more as the next version.
const char* locum_version();

} // namespace locum::engine
