#pragma once
// Waiting for a socket that a library opened and keeps.

#include <chrono>
#include <cstdint>

namespace locum::platform {

// Until it can be read or written, an error on it included: the next call of the library tells.
// False: not yet, the time is over, or a signal came. Throws Error where the system cannot wait.
bool wait_for_socket(std::intptr_t socket, bool for_reading, std::chrono::milliseconds limit);

} // namespace locum::platform
