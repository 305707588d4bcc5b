#pragma once
// Blocking sockets, as this system has them; of the same names in ../linux. CMake chooses.

#include <winsock2.h>

#include <ws2tcpip.h>

namespace locum::testing {

using Socket = SOCKET;
constexpr Socket no_socket = INVALID_SOCKET;
constexpr int send_flags = 0; // a caller that has gone is told by the call

// type: SOCK_STREAM or SOCK_DGRAM, for IPv4.
inline Socket open_socket(int type) {
    static const int started = [] {
        WSADATA data;
        return WSAStartup(MAKEWORD(2, 2), &data);
    }();
    if (started != 0)
        return no_socket;
    return WSASocketW(AF_INET, type, 0, nullptr, 0,
                      WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
}

// no_socket: there was an error.
inline Socket accept_at(Socket listener) {
    const Socket accepted = ::accept(listener, nullptr, nullptr);
    if (accepted != no_socket)
        SetHandleInformation(reinterpret_cast<HANDLE>(accepted), HANDLE_FLAG_INHERIT, 0);
    return accepted;
}

inline void close_socket(Socket socket) {
    ::closesocket(socket);
}

inline void shut_both_ways(Socket socket) {
    ::shutdown(socket, SD_BOTH);
}

inline void set_receive_limit(Socket socket, int seconds) {
    const DWORD limit = static_cast<DWORD>(seconds) * 1000;
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, reinterpret_cast<const char*>(&limit),
                 sizeof limit);
}

inline bool was_reset() {
    return WSAGetLastError() == WSAECONNRESET || WSAGetLastError() == WSAECONNABORTED;
}

// The other side is gone, or goes within the time. What it has sent is dropped: there is no other
// way to its end.
inline bool gone_within(Socket socket, int milliseconds) {
    char block[512];
    for (;;) {
        WSAPOLLFD readable{socket, POLLRDNORM, 0};
        if (::WSAPoll(&readable, 1, milliseconds) == 0)
            return false;
        if (::recv(socket, block, sizeof block, 0) <= 0)
            return true;
    }
}

} // namespace locum::testing
