#pragma once
// Ports on the loopback.

#include "engine/error.hpp"

#include <cstdint>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace locum::testing {

inline sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

// A port that was free just now, for TCP and for UDP.
inline std::uint16_t free_port() {
    for (int tries = 0; tries < 100; ++tries) {
        const int tcp = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const int udp = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        sockaddr_in address = loopback(0);
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        socklen_t size = sizeof address;
        const bool ok = ::bind(tcp, generic, size) == 0 &&
                        ::getsockname(tcp, generic, &size) == 0 && ::bind(udp, generic, size) == 0;
        ::close(tcp);
        ::close(udp);
        if (ok)
            return ntohs(address.sin_port);
    }
    throw engine::Error("no free port on the loopback address");
}

} // namespace locum::testing
