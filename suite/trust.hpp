#pragma once
// Ed25519 keys that sign bundles. Files: PEM (PKCS#8, 0600, and SubjectPublicKeyInfo).

#include "engine/secret.hpp"

#include <string>
#include <string_view>

namespace locum::suite {

class PublicKey {
public:
    // The text of a PEM file, or 64 hex digits. Throws Error(usage).
    static PublicKey parse(std::string_view text);
    static PublicKey load(const std::string& file);
    std::string hex() const; // 64 digits
    std::string
    fingerprint() const; // SHA-256 of the SubjectPublicKeyInfo, hex in pairs of bytes with colons
    bool verify(std::string_view message, std::string_view signature) const;
    bool operator==(const PublicKey&) const = default;

private:
    std::string raw_; // 32 bytes
};

class SigningKey {
public:
    static SigningKey generate();
    static SigningKey load(const std::string& file);
    PublicKey public_key() const;
    std::string sign(std::string_view message) const; // 64 bytes
    engine::Secret pem() const;

private:
    engine::Secret raw_; // 32 bytes seed
};

// Writes NAME.key (0600) and NAME.pub; refuses to overwrite.
void write_key_pair(const SigningKey& key, const std::string& name);

} // namespace locum::suite
