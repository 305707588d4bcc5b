#pragma once
// Passwords and log-in tokens.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace endpoint {

// PBKDF2-HMAC-SHA256, 32 bytes, hex; compared in constant time.
bool password_matches(const std::string& password, const std::string& salt_hex, int iterations,
                      const std::string& hash_hex);

// A key for tokens: 32 random bytes, hex.
std::string random_key();

// A token says who logged in and until when (Unix seconds), signed with HMAC-SHA256, so that every
// server with the key accepts it.
std::string make_token(const std::string& user, std::int64_t expires, const std::string& key);
// nullopt: not made with this key, or expired.
std::optional<std::string> token_user(std::string_view token, std::int64_t now,
                                      const std::string& key);

} // namespace endpoint
