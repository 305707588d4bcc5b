#pragma once
// Blocking sockets, as this system has them; of the same names in ../windows. CMake chooses.

#include <cerrno>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace locum::testing {

using Socket = int;
constexpr Socket no_socket = -1;
// A caller that has gone is told by the call, not by a signal.
constexpr int send_flags = MSG_NOSIGNAL;

// type: SOCK_STREAM or SOCK_DGRAM, for IPv4.
inline Socket open_socket(int type) {
    return ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
}

// no_socket: there was an error.
inline Socket accept_at(Socket listener) {
    return ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
}

inline void close_socket(Socket socket) {
    ::close(socket);
}

inline void shut_both_ways(Socket socket) {
    ::shutdown(socket, SHUT_RDWR);
}

inline void set_receive_limit(Socket socket, int seconds) {
    const timeval limit{seconds, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

inline bool was_reset() {
    return errno == ECONNRESET;
}

// The other side is gone, or goes within the time; what it has sent stays.
inline bool gone_within(Socket socket, int milliseconds) {
    pollfd ended{socket, POLLRDHUP, 0};
    return ::poll(&ended, 1, milliseconds) != 0;
}

} // namespace locum::testing
