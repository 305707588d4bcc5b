#pragma once
// Ports on the loopback.

#include "engine/error.hpp"

#include <cstdint>

#include "native_sockets.hpp"

namespace locum::testing {

inline sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

// Binds it there; port 0: a free one. The port; 0 where it cannot be.
inline std::uint16_t bind_to_loopback(Socket socket, std::uint16_t port = 0) {
    sockaddr_in address = loopback(port);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    if (::bind(socket, generic, size) != 0 || ::getsockname(socket, generic, &size) != 0)
        return 0;
    return ntohs(address.sin_port);
}

// A connection to that port; no_socket: there is none.
inline Socket connect_to_loopback(std::uint16_t port) {
    const Socket socket = open_socket(SOCK_STREAM);
    const sockaddr_in address = loopback(port);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return socket;
    close_socket(socket);
    return no_socket;
}

// A port that was free just now, for TCP and for UDP.
inline std::uint16_t free_port() {
    for (int tries = 0; tries < 100; ++tries) {
        const Socket tcp = open_socket(SOCK_STREAM);
        const Socket udp = open_socket(SOCK_DGRAM);
        const std::uint16_t port = bind_to_loopback(tcp);
        const bool ok = port != 0 && bind_to_loopback(udp, port) == port;
        close_socket(tcp);
        close_socket(udp);
        if (ok)
            return port;
    }
    throw engine::Error("no free port on the loopback address");
}

} // namespace locum::testing
