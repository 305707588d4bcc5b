#pragma once
// Whether the connections that nodes need between them can be made: asked before anything is
// changed, of those hosts that will make them.

#include "token/network_token.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace locum::cluster {

// All pairs together.
inline constexpr std::chrono::milliseconds reach_limit{3000};

// A TCP connection that one host makes.
struct Reach {
    std::string what;    // what answers there: "the agent of node-2"
    std::string address; // host:port, [v6]:port
    // What a Greeter says there; empty: that the connection can be made is enough.
    std::string greeting = {};
    bool operator==(const Reach&) const = default;
};
struct Unreached {
    Reach to;
    std::string why;
    // The host there answers that nobody listens: the way to it is open.
    bool refused = false;
};
// Of each that cannot be had; all are tried at once. Throws Error(usage) for what is no address.
std::vector<Unreached> unreached(const std::vector<Reach>& wanted,
                                 std::chrono::milliseconds limit = reach_limit);

std::string to_json(const std::vector<Reach>& wanted);
std::vector<Reach> reaches_from_json(const std::string& text);
std::string to_json(const std::vector<Unreached>& unreached);
std::vector<Unreached> unreached_from_json(const std::string& text);

// "10.0.0.1:61616", "[2001:db8::1]:61616".
std::string endpoint(const std::string& host, std::uint16_t port);
// An address as sockets and databases write it ("2001:db8::1"), so that two can be compared; a name
// stays as it is.
std::string plain_address(const std::string& host);

// Listens where an agent will, and greets whoever connects with a line that nobody else knows: so
// the others can prove that their connections arrive at this host. Ends with its destruction.
class Greeter {
public:
    // Throws Error where it cannot listen there.
    Greeter(const std::string& address, std::uint16_t port);
    ~Greeter();
    Greeter(const Greeter&) = delete;
    Greeter& operator=(const Greeter&) = delete;
    const std::string& greeting() const;
    std::uint16_t port() const; // that it listens on; for port 0

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace locum::cluster
