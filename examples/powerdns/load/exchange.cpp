#include "examples/powerdns/load/exchange.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace powerdns::load {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const char* doing) {
    throw std::runtime_error(fmt::format("{}: {}", doing, std::strerror(errno)));
}

class Socket {
public:
    Socket(const example::load::Front& front, Transport transport) :
        deadline_(Clock::now() + time_limit) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(front.port);
        if (::inet_pton(AF_INET, front.address.c_str(), &address.sin_addr) != 1) {
            throw std::runtime_error(fmt::format("'{}' is no IPv4 address", front.address));
        }
        const int type = transport == Transport::udp ? SOCK_DGRAM : SOCK_STREAM;
        descriptor_ = ::socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (descriptor_ < 0) {
            fail("socket");
        }
        if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
            0) {
            if (errno != EINPROGRESS) {
                const int error = errno;
                ::close(descriptor_);
                errno = error;
                fail("connect");
            }
        }
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() { ::close(descriptor_); }

    void send(const Bytes& bytes) {
        std::size_t sent = 0;
        while (sent < bytes.size()) {
            wait(POLLOUT);
            const ssize_t count =
                ::send(descriptor_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
            if (count < 0) {
                fail("send");
            }
            sent += static_cast<std::size_t>(count);
        }
    }

    // At most `most` bytes; at least one.
    Bytes receive(std::size_t most) {
        wait(POLLIN);
        Bytes bytes(most);
        const ssize_t count = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
        if (count < 0) {
            fail("receive");
        }
        if (count == 0) {
            throw std::runtime_error("closed without an answer");
        }
        bytes.resize(static_cast<std::size_t>(count));
        return bytes;
    }

    Bytes receive_all(std::size_t size) {
        Bytes bytes;
        while (bytes.size() < size) {
            const Bytes part = receive(size - bytes.size());
            bytes.insert(bytes.end(), part.begin(), part.end());
        }
        return bytes;
    }

private:
    void wait(short events) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
        pollfd entry{descriptor_, events, 0};
        const int ready = ::poll(&entry, 1, static_cast<int>(std::max<long>(left, 0)));
        if (ready < 0) {
            fail("poll");
        }
        if (ready == 0) {
            throw std::runtime_error(fmt::format("no answer in {} s", time_limit.count()));
        }
    }

    int descriptor_ = -1;
    Clock::time_point deadline_;
};

} // namespace

Bytes exchange(const example::load::Front& front, Transport transport, const Bytes& query) {
    Socket socket(front, transport);
    if (transport == Transport::tcp) {
        Bytes framed{static_cast<std::uint8_t>(query.size() >> 8),
                     static_cast<std::uint8_t>(query.size() & 0xff)};
        framed.insert(framed.end(), query.begin(), query.end());
        socket.send(framed);
        const Bytes size = socket.receive_all(2);
        return socket.receive_all(static_cast<std::size_t>(size[0] << 8 | size[1]));
    }
    socket.send(query);
    for (;;) {
        Bytes answer = socket.receive(65535);
        if (answer.size() >= 2 && answer[0] == query[0] && answer[1] == query[1]) {
            return answer;
        }
    }
}

} // namespace powerdns::load
