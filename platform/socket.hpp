#pragma once
// Sockets: waiting for one that a library opened and keeps; how one listens.

#include <chrono>
#include <cstdint>

namespace locum::platform {

// Until it can be read or written, an error on it included: the next call of the library tells.
// False: not yet, the time is over, or a signal came. Throws Error where the system cannot wait.
bool wait_for_socket(std::intptr_t socket, bool for_reading, std::chrono::milliseconds limit);

// Whether a server has to allow it (SO_REUSEADDR) to listen at a port of which connections are
// still being closed. Not on Windows: there two processes could then listen at one port.
bool listener_reuses_address();

} // namespace locum::platform
