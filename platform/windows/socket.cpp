#include "platform/socket.hpp"

#include "engine/error.hpp"
#include "platform/windows/system.hpp"

#include <algorithm>

#include <winsock2.h>

namespace locum::platform {

// By select: WSAPoll of Windows before 10.0.19041 does not tell of a connection that was refused.
// select tells that by the third set.
bool wait_for_socket(std::intptr_t socket, bool for_reading, std::chrono::milliseconds limit) {
    const auto number = static_cast<SOCKET>(socket);
    fd_set ready, failed;
    FD_ZERO(&ready);
    FD_ZERO(&failed);
    FD_SET(number, &ready);
    FD_SET(number, &failed);
    const auto left = std::max<std::chrono::milliseconds::rep>(limit.count(), 0);
    timeval time{static_cast<long>(left / 1000), static_cast<long>(left % 1000 * 1000)};
    const int count =
        ::select(0, for_reading ? &ready : nullptr, for_reading ? nullptr : &ready, &failed, &time);
    if (count == SOCKET_ERROR)
        fail("cannot wait for a connection", static_cast<DWORD>(WSAGetLastError()));
    return count > 0;
}

bool listener_reuses_address() {
    return false;
}

} // namespace locum::platform
