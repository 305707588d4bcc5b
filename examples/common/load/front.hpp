#pragma once
// Where clients send their requests.

#include <cstdint>
#include <optional>
#include <string>

namespace example::load {

struct Front {
    std::string address; // numeric
    std::uint16_t port = 0;
    std::string text() const { return address + ":" + std::to_string(port); }
};

// Of "127.0.0.2:30001" or "[::1]:30001".
std::optional<Front> parse_front(const std::string& text);

} // namespace example::load
