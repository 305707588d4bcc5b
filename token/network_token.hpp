#pragma once
// The network token: the secret file that admits further hosts to a cluster.

#include "engine/secret.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace locum::token {

struct NetworkToken {
    std::string suite; // its name in the manifest
    std::string cluster_id;
    std::vector<std::string> addresses; // "host:port" or "[v6]:port" of agents that can admit
    std::string ca_pin;                 // SHA-256 of the CA's public key, 64 hex digits
    engine::Secret join_secret;         // at least 16 bytes from a random source
    std::string bundle_key;             // the trusted public key of bundles, 64 hex digits

    // The text of the file. Throws Error(usage) where a value has no place in it.
    engine::Secret text() const;
    // Throws Error(not_trusted) that says what the text is instead of a whole and unaltered token.
    static NetworkToken parse(std::string_view text);

    // 0600, durably. Throws Error(refused) where the file is there and is not a token of this
    // cluster.
    void store(const std::string& file) const;
    // Throws Error(usage) where it is missing or readable by others, and what parse() throws.
    static NetworkToken load(const std::string& file);

    // For people to compare: says which network it is, and nothing of its secret.
    std::string fingerprint() const;
};

// 32 random bytes.
engine::Secret fresh_join_secret();
// 16 bytes of SHA-256 over cluster id and CA pin, in pairs of digits with colons.
std::string network_fingerprint(std::string_view cluster_id, std::string_view ca_pin);

struct Address {
    std::string host;
    std::string port;
};
// Of "host:port" or "[v6]:port". Throws Error(usage).
Address parse_address(std::string_view text);

} // namespace locum::token
