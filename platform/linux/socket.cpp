#include "platform/socket.hpp"

#include "engine/error.hpp"

#include <cerrno>
#include <poll.h>

namespace locum::platform {

bool wait_for_socket(std::intptr_t socket, bool for_reading, std::chrono::milliseconds limit) {
    pollfd entry{static_cast<int>(socket), static_cast<short>(for_reading ? POLLIN : POLLOUT), 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(limit.count()));
    if (ready < 0 && errno != EINTR)
        throw engine::Error("cannot wait for a connection: " + engine::errno_text(errno));
    return ready > 0;
}

bool listener_reuses_address() {
    return true;
}

} // namespace locum::platform
