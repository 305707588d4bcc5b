#pragma once

#include <cstdint>

namespace locum::platform {

// In a child, between fork and exec: what it executes gets these (bits) of what this process may,
// and no others if it is not root. Async-signal-safe. False, with errno, where the system refuses.
bool keep_capabilities(std::uint64_t wanted);

} // namespace locum::platform
