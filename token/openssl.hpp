#pragma once
// Owners for OpenSSL's handles and what token/ and cluster/'s TLS share of its API. For .cpp files
// only: no other public header names an OpenSSL type. All functions throw engine::Error.

#include "engine/error.hpp"
#include "engine/secret.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace locum::token::openssl {

template <auto Free>
struct Freed {
    template <class T>
    void operator()(T* handle) const {
        Free(handle);
    }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Freed<Free>>;

using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using Certificate = Owned<X509, X509_free>;
using Request = Owned<X509_REQ, X509_REQ_free>;
using Bio = Owned<BIO, BIO_free_all>;

// The reasons in this thread's error queue, which is empty afterwards.
std::string reasons();
// Error "could not DO: reasons".
[[noreturn]] void fail(std::string_view doing);
void require(bool ok, std::string_view doing);

Bio reader(std::string_view bytes);
std::string bytes_of(BIO* bio);

Key generate_ed25519();
// Never asks for a passphrase. what: how the key is named in an error.
Key read_private_key(const engine::Secret& pem, std::string_view what);
engine::Secret write_private_key(EVP_PKEY* key);
// The 32 bytes of an Ed25519 key: the same whatever way its text is spelled.
engine::Secret raw_private_key(EVP_PKEY* key);
Certificate read_certificate(std::string_view pem, std::string_view what);
std::string write_certificate(X509* certificate);

std::string public_key_der(EVP_PKEY* key);     // SubjectPublicKeyInfo
std::string pin_of(X509* certificate);         // SHA-256 of its SubjectPublicKeyInfo, hex
std::string fingerprint_of(X509* certificate); // SHA-256 of its DER, hex
// The one DNS name of the subjectAltName; "" where there is none, more than one or a name of
// another kind.
std::string node_of(X509* certificate);
// HKDF-SHA256 by EVP_KDF; length in bytes.
engine::Secret derive(std::string_view key, std::string_view label, std::size_t length);

// AES-256-GCM under a fresh nonce: nonce, tag, and then as many bytes as the value has. beside:
// what is covered, too, and is not in it.
std::string encrypt(const engine::Secret& key, const engine::Secret& value,
                    std::string_view beside = {});
inline constexpr std::size_t nonce_and_tag = 28; // bytes
// nullopt: cut, altered, made with another key or beside something else.
std::optional<engine::Secret> decrypt(const engine::Secret& key, std::string_view encrypted,
                                      std::string_view beside = {});

inline const unsigned char* octets(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

} // namespace locum::token::openssl
