#pragma once
// A name server on the loopback that answers every query with NOERROR, and one that asks it.

#include "tests/support/port.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <poll.h>
#include <string>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>

namespace locum::testing {

// A UDP socket on 127.0.0.1; port 0: a free one.
class Datagrams {
public:
    explicit Datagrams(std::uint16_t port = 0) :
        socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address = loopback(port);
        socklen_t size = sizeof address;
        REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port_ = ntohs(address.sin_port);
    }
    ~Datagrams() { ::close(socket_); }
    Datagrams(const Datagrams&) = delete;
    Datagrams& operator=(const Datagrams&) = delete;

    struct Packet {
        std::string bytes;
        sockaddr_in from{};
    };
    std::optional<Packet> receive(std::chrono::milliseconds limit) const {
        pollfd readable{socket_, POLLIN, 0};
        if (::poll(&readable, 1, static_cast<int>(limit.count())) != 1)
            return std::nullopt;
        Packet packet;
        std::array<char, 1500> bytes{};
        socklen_t size = sizeof packet.from;
        const ssize_t count = ::recvfrom(socket_, bytes.data(), bytes.size(), 0,
                                         reinterpret_cast<sockaddr*>(&packet.from), &size);
        if (count < 0)
            return std::nullopt; // an ICMP error of an earlier packet
        packet.bytes.assign(bytes.data(), static_cast<std::size_t>(count));
        return packet;
    }
    void send(const std::string& bytes, const sockaddr_in& to) const {
        (void)!::sendto(socket_, bytes.data(), bytes.size(), 0,
                        reinterpret_cast<const sockaddr*>(&to), sizeof to);
    }
    std::uint16_t port() const { return port_; }

private:
    int socket_;
    std::uint16_t port_ = 0;
};

// Health checks ask for check.invalid, the tests for anything else.
class TinyDns {
public:
    explicit TinyDns(std::uint16_t port = 0) : socket_(port) {
        thread_ = std::thread([this] { serve(); });
    }
    ~TinyDns() {
        ending_ = true;
        thread_.join();
    }
    TinyDns(const TinyDns&) = delete;
    TinyDns& operator=(const TinyDns&) = delete;

    std::uint16_t port() const { return socket_.port(); }
    // The tests' queries are kept, and answered once this is false again.
    void hold(bool on) { hold_ = on; }
    unsigned held() const { return held_; }
    unsigned answered() const { return answered_; }

private:
    void serve() {
        std::deque<Datagrams::Packet> kept;
        while (!ending_) {
            if (auto query = socket_.receive(std::chrono::milliseconds(1))) {
                if (query->bytes.find("\5check") != std::string::npos)
                    answer(*query);
                else
                    kept.push_back(std::move(*query));
            }
            for (; !hold_ && !kept.empty(); kept.pop_front()) {
                answer(kept.front());
                ++answered_;
            }
            held_ = static_cast<unsigned>(kept.size());
        }
    }
    void answer(Datagrams::Packet& query) const {
        if (query.bytes.size() > 2)
            query.bytes[2] = static_cast<char>(query.bytes[2] | 0x80); // a response
        socket_.send(query.bytes, query.from);
    }

    Datagrams socket_;
    std::atomic<bool> ending_ = false;
    std::atomic<bool> hold_ = false;
    std::atomic<unsigned> held_ = 0;
    std::atomic<unsigned> answered_ = 0;
    std::thread thread_;
};

// A query for q.invalid A.
inline std::string dns_query(std::uint16_t id) {
    const std::string head = {
        static_cast<char>(id >> 8), static_cast<char>(id & 0xff), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0};
    return head + std::string("\1q\7invalid\0\0\1\0\1", 15);
}

// Whether one query gets its answer.
inline bool dns_answers(std::uint16_t port, std::chrono::milliseconds limit) {
    const Datagrams socket;
    socket.send(dns_query(7), loopback(port));
    return socket.receive(limit).has_value();
}

} // namespace locum::testing
