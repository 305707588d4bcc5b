#include "token/proof.hpp"

#include "platform/hash.hpp"
#include "token/openssl.hpp"

#include <cstdint>

#include <openssl/crypto.h>
#include <openssl/hmac.h>

namespace locum::token {

namespace o = openssl;

namespace {

constexpr std::string_view label = "locum join proof 1";

// The length before each part, so that no two inputs give the same message.
void add_part(std::string& message, std::string_view part) {
    for (int shift = 56; shift >= 0; shift -= 8)
        message += static_cast<char>((std::uint64_t{part.size()} >> shift) & 0xff);
    message += part;
}

} // namespace

std::string join_proof(const engine::Secret& join_secret, std::string_view channel,
                       std::string_view csr_pem) {
    const engine::Secret key = o::derive(join_secret.reveal(), "locum join key 1", 32);
    std::string message;
    add_part(message, label);
    add_part(message, channel);
    add_part(message, csr_pem);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    o::require(HMAC(EVP_sha256(), key.reveal().data(), static_cast<int>(key.reveal().size()),
                    o::octets(message), message.size(), digest, &length) != nullptr,
               "compute the join proof");
    return platform::hex({reinterpret_cast<const char*>(digest), length});
}

bool proves_join(std::string_view proof, const engine::Secret& join_secret,
                 std::string_view channel, std::string_view csr_pem) {
    // Without a channel the proof would fit every connection.
    if (channel.empty() || join_secret.empty())
        return false;
    const std::string expected = join_proof(join_secret, channel, csr_pem);
    return proof.size() == expected.size() &&
           CRYPTO_memcmp(proof.data(), expected.data(), expected.size()) == 0;
}

} // namespace locum::token
