#pragma once
// A server on the loopback that answers each request as the test says.

#include "tests/support/port.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

namespace locum::testing {

class TinyServer {
public:
    // Called in a thread of its own with the request's head and the connection, which it may write
    // to.
    using Answer = std::function<void(const std::string& head, Socket connection)>;

    explicit TinyServer(Answer answer) : answer_(std::move(answer)) {
        listener_ = open_socket(SOCK_STREAM);
        port_ = bind_to_loopback(listener_);
        REQUIRE(port_ != 0);
        REQUIRE(::listen(listener_, 16) == 0);
        accepting_ = std::thread([this] { accept(); });
    }
    ~TinyServer() { stop(); }
    TinyServer(const TinyServer&) = delete;
    TinyServer& operator=(const TinyServer&) = delete;

    std::uint16_t port() const { return port_; }
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    // Ends after the answers under way; the port refuses connections from then on.
    void stop() {
        if (listener_ == no_socket)
            return;
        ending_ = true;
        // Not every system wakes an accept by the end of its socket.
        const Socket wakes = connect_to_loopback(port_);
        accepting_.join();
        close_socket(wakes);
        for (std::thread& one : answering_)
            one.join();
        close_socket(listener_);
        listener_ = no_socket;
    }

private:
    void accept() {
        for (;;) {
            const Socket connection = accept_at(listener_);
            if (ending_ || connection == no_socket) {
                close_socket(connection);
                return;
            }
            answering_.emplace_back([this, connection] {
                std::string head;
                char byte = 0;
                while (!head.ends_with("\r\n\r\n") && ::recv(connection, &byte, 1, 0) == 1)
                    head += byte;
                if (!head.empty())
                    answer_(head, connection);
                shut_both_ways(connection);
                close_socket(connection);
            });
        }
    }

    Answer answer_;
    std::atomic<bool> ending_ = false;
    Socket listener_ = no_socket;
    std::uint16_t port_ = 0;
    std::thread accepting_;
    std::vector<std::thread> answering_;
};

inline void send_text(Socket connection, const std::string& text) {
    // A caller that has gone is none of the server's business.
    if (::send(connection, text.data(), static_cast<int>(text.size()), send_flags) < 0)
        return;
}

// Until the other side is gone.
inline void wait_for_end(Socket connection) {
    gone_within(connection, 10'000);
}

} // namespace locum::testing
