#pragma once
// A server on the loopback that answers each request as the test says.

#include "tests/support/port.hpp"

#include <cstdint>
#include <functional>
#include <poll.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

namespace locum::testing {

class TinyServer {
public:
    // Called in a thread of its own with the request's head and the connection, which it may write
    // to.
    using Answer = std::function<void(const std::string& head, int connection)>;

    explicit TinyServer(Answer answer) : answer_(std::move(answer)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address = loopback(0);
        socklen_t size = sizeof address;
        REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        REQUIRE(::listen(listener_, 16) == 0);
        port_ = ntohs(address.sin_port);
        accepting_ = std::thread([this] { accept(); });
    }
    ~TinyServer() { stop(); }
    TinyServer(const TinyServer&) = delete;
    TinyServer& operator=(const TinyServer&) = delete;

    std::uint16_t port() const { return port_; }
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    // Ends after the answers under way; the port refuses connections from then on.
    void stop() {
        if (listener_ < 0)
            return;
        ::shutdown(listener_, SHUT_RDWR);
        accepting_.join();
        for (std::thread& one : answering_)
            one.join();
        ::close(listener_);
        listener_ = -1;
    }

private:
    void accept() {
        for (;;) {
            const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (connection < 0)
                return;
            answering_.emplace_back([this, connection] {
                std::string head;
                char byte = 0;
                while (!head.ends_with("\r\n\r\n") && ::read(connection, &byte, 1) == 1)
                    head += byte;
                if (!head.empty())
                    answer_(head, connection);
                ::shutdown(connection, SHUT_RDWR);
                ::close(connection);
            });
        }
    }

    Answer answer_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::thread accepting_;
    std::vector<std::thread> answering_;
};

inline void send_text(int connection, const std::string& text) {
    // A caller that has gone is none of the server's business.
    if (::send(connection, text.data(), text.size(), MSG_NOSIGNAL) < 0)
        return;
}

// Until the other side is gone.
inline void wait_for_end(int connection) {
    pollfd ended{connection, POLLRDHUP, 0};
    ::poll(&ended, 1, 10'000);
}

} // namespace locum::testing
