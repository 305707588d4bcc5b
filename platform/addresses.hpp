#pragma once
// Addresses and networks as text in one spelling each, so that equal ones are equal texts.

#include <optional>
#include <string>
#include <vector>

namespace locum::platform {

// "10.0.0.0/8", "198.51.100.7", "2001:db8::/32" from however it was written; a network of one
// address is the address. nullopt: neither an address nor a network, or one with bits beyond its
// length ("10.1.0.0/8").
std::optional<std::string> network(const std::string& text);
bool is_ipv6(const std::string& network);

// Of a host's name, or the address itself; sorted, each once. Throws Error where there is none.
std::vector<std::string> addresses_of(const std::string& name);

} // namespace locum::platform
