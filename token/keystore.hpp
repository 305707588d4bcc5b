#pragma once
// The keystore: the seed of a cluster's shared secrets (cluster/shared_secrets.hpp) in a file for
// safe keeping, encrypted with a passphrase. A cluster that is made with it has the same secrets.

#include "engine/secret.hpp"

#include <string>
#include <string_view>

namespace locum::token {

struct Keystore {
    std::string suite;   // its name in the manifest
    std::string network; // fingerprint of the network that it is from (token/network_token.hpp)
    std::string seed;    // fingerprint of the seed
    unsigned cost = 0;   // of a passphrase that is tried: 2 to this power times 1 KiB of memory
    std::string salt;    // 16 bytes
    std::string sealed;  // the seed, encrypted beside all of the above

    // The text of the file. There is no other for the same values: parse() refuses it.
    std::string text() const;
    // Throws Error(not_trusted) that says what the text is instead of a whole keystore.
    static Keystore parse(std::string_view text);

    // 0600, durably. Throws Error(usage) where there is something already.
    void store(const std::string& file) const;
    // Throws Error(usage) where it is missing or no file, and what parse() throws.
    static Keystore load(const std::string& file);

    // The seed. Throws Error(not_trusted) where the passphrase is another, or something was
    // altered.
    engine::Secret open(const engine::Secret& passphrase) const;
};

inline constexpr unsigned keystore_cost = 17; // 128 MiB
inline constexpr std::size_t seed_bytes = 32;

// Throws Error(usage) where a value has no place in it.
Keystore make_keystore(const std::string& suite, const std::string& network,
                       const engine::Secret& seed, const engine::Secret& passphrase,
                       unsigned cost = keystore_cost);
// For people to compare, in pairs of digits with colons; tells nothing of the seed.
std::string seed_fingerprint(const engine::Secret& seed);
// "found …; expected …" where it is too short to protect a seed, else "".
std::string fault_of_passphrase(const engine::Secret& passphrase);

} // namespace locum::token
