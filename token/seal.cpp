#include "token/seal.hpp"

#include "platform/hash.hpp"
#include "token/openssl.hpp"

#include <fmt/format.h>

namespace locum::token {

namespace o = openssl;
using engine::Error;
using engine::Kind;
using engine::Secret;

namespace {

constexpr std::string_view family = "locum-seal-";
constexpr std::string_view prefix = "locum-seal-1:";
constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;

using Cipher = o::Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

Secret sealing_key(const Secret& node_key_pem, std::string_view purpose) {
    const o::Key key = o::read_private_key(node_key_pem, "the node's key");
    const Secret material = o::raw_private_key(key.get());
    return o::derive(material.reveal(), fmt::format("{}{}", prefix, purpose), 32);
}

unsigned char* writeable(std::string& bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

} // namespace

std::string seal(const Secret& value, const Secret& node_key_pem, std::string_view purpose) {
    const Secret key = sealing_key(node_key_pem, purpose);
    const std::string nonce = platform::random_bytes(nonce_size);
    std::string text(value.reveal().size(), '\0');
    std::string tag(tag_size, '\0');
    int length = 0;
    int rest = 0;
    const Cipher cipher(EVP_CIPHER_CTX_new());
    o::require(cipher &&
                   EVP_EncryptInit_ex2(cipher.get(), EVP_aes_256_gcm(), o::octets(key.reveal()),
                                       o::octets(nonce), nullptr) == 1 &&
                   EVP_EncryptUpdate(cipher.get(), writeable(text), &length,
                                     o::octets(value.reveal()),
                                     static_cast<int>(value.reveal().size())) == 1 &&
                   EVP_EncryptFinal_ex(cipher.get(), writeable(text) + length, &rest) == 1 &&
                   EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG,
                                       static_cast<int>(tag_size), tag.data()) == 1,
               "seal a secret");
    return fmt::format("{}{}", prefix, platform::hex(nonce + tag + text));
}

Secret unseal(std::string_view sealed, const Secret& node_key_pem, std::string_view purpose) {
    if (!sealed.starts_with(prefix))
        throw Error(fmt::format("the sealed {} is of {}; expected '{}…'", purpose,
                                sealed.starts_with(family)
                                    ? "a version that this Locum does not know"
                                    : "no form that is known",
                                prefix),
                    Kind::not_trusted)
            .remedy("use the version of Locum that wrote it, or join this node again");
    std::string bytes;
    try {
        bytes = platform::from_hex(sealed.substr(prefix.size()));
    } catch (const Error&) {
        bytes.clear(); // said below, with what it means here
    }
    if (bytes.size() < nonce_size + tag_size)
        throw Error(fmt::format("the sealed {} is cut or damaged", purpose), Kind::not_trusted)
            .remedy("join this node again");
    const Secret key = sealing_key(node_key_pem, purpose);
    const std::string nonce = bytes.substr(0, nonce_size);
    std::string tag = bytes.substr(nonce_size, tag_size);
    const std::string text = bytes.substr(nonce_size + tag_size);
    std::string value(text.size(), '\0');
    int length = 0;
    int rest = 0;
    const Cipher cipher(EVP_CIPHER_CTX_new());
    o::require(cipher &&
                   EVP_DecryptInit_ex2(cipher.get(), EVP_aes_256_gcm(), o::octets(key.reveal()),
                                       o::octets(nonce), nullptr) == 1 &&
                   EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG,
                                       static_cast<int>(tag_size), tag.data()) == 1 &&
                   EVP_DecryptUpdate(cipher.get(), writeable(value), &length, o::octets(text),
                                     static_cast<int>(text.size())) == 1,
               "open a sealed secret");
    Secret opened(std::move(value));
    unsigned char unused[tag_size];
    if (EVP_DecryptFinal_ex(cipher.get(), unused, &rest) != 1) {
        o::reasons();
        throw Error(fmt::format("the sealed {} does not open with this node's key: it was altered, "
                                "or sealed by another node",
                                purpose),
                    Kind::not_trusted)
            .remedy("join this node again");
    }
    return opened;
}

} // namespace locum::token
