#include "examples/endpoint-manager/server/credentials.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <charconv>
#include <stdexcept>
#include <vector>

namespace endpoint {
namespace {

using Digest = std::array<unsigned char, 32>;

template <typename Bytes>
std::string hex(const Bytes& bytes) {
    std::string text;
    for (const unsigned char byte : bytes) {
        text += fmt::format("{:02x}", byte);
    }
    return text;
}

std::vector<unsigned char> from_hex(std::string_view text) {
    std::vector<unsigned char> bytes(text.size() / 2);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char* begin = text.data() + 2 * i;
        if (std::from_chars(begin, begin + 2, bytes[i], 16).ptr != begin + 2) {
            return {};
        }
    }
    return bytes;
}

bool same(std::string_view left, std::string_view right) {
    return left.size() == right.size() &&
           CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string signature(std::string_view text, const std::string& key) {
    Digest digest{};
    unsigned int size = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
             &size) == nullptr) {
        throw std::runtime_error("cannot compute an HMAC");
    }
    return hex(digest);
}

} // namespace

bool password_matches(const std::string& password, const std::string& salt_hex, int iterations,
                      const std::string& hash_hex) {
    const auto salt = from_hex(salt_hex);
    Digest digest{};
    if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt.data(),
                          static_cast<int>(salt.size()), iterations, EVP_sha256(),
                          static_cast<int>(digest.size()), digest.data()) != 1) {
        throw std::runtime_error("cannot compute a password hash");
    }
    return same(hex(digest), hash_hex);
}

std::string random_key() {
    Digest bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        throw std::runtime_error("no random bytes");
    }
    return hex(bytes);
}

std::string make_token(const std::string& user, std::int64_t expires, const std::string& key) {
    // The name may hold any character; in hex it needs no quoting in a header.
    const std::string text = fmt::format("{}.{}", hex(user), expires);
    return text + "." + signature(text, key);
}

std::optional<std::string> token_user(std::string_view token, std::int64_t now,
                                      const std::string& key) {
    const auto last = token.rfind('.');
    if (key.empty() || last == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view text = token.substr(0, last);
    const auto dot = text.find('.');
    if (!same(signature(text, key), token.substr(last + 1)) || dot == std::string_view::npos) {
        return std::nullopt;
    }
    std::int64_t expires = 0;
    std::from_chars(text.data() + dot + 1, text.data() + text.size(), expires);
    if (expires <= now) {
        return std::nullopt;
    }
    const auto name = from_hex(text.substr(0, dot));
    return std::string(name.begin(), name.end());
}

} // namespace endpoint
