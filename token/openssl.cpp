#include "token/openssl.hpp"

#include "platform/hash.hpp"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/pem.h>

namespace locum::token::openssl {

using engine::Error;
using engine::Kind;
using engine::Secret;

std::string reasons() {
    std::string text;
    while (const unsigned long code = ERR_get_error()) {
        const char* reason = ERR_reason_error_string(code);
        if (!text.empty())
            text += "; ";
        text += reason != nullptr ? reason : fmt::format("OpenSSL error {:#x}", code);
    }
    return text.empty() ? "OpenSSL gave no reason" : text;
}

void fail(std::string_view doing) {
    throw Error(fmt::format("could not {}: {}", doing, reasons()));
}

void require(bool ok, std::string_view doing) {
    if (!ok)
        fail(doing);
}

Bio reader(std::string_view bytes) {
    Bio bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
    require(bio != nullptr, "read from memory");
    return bio;
}

std::string bytes_of(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

Key generate_ed25519() {
    Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    require(key != nullptr, "make an Ed25519 key");
    return key;
}

namespace {
// Without it OpenSSL would ask on the terminal.
int no_passphrase(char*, int, int, void*) {
    return -1;
}
} // namespace

Key read_private_key(const Secret& pem, std::string_view what) {
    const Bio bio = reader(pem.reveal());
    Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
    if (!key)
        throw Error(fmt::format("{} is not a private key in PEM form without a passphrase: {}",
                                what, reasons()),
                    Kind::not_trusted);
    if (EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519)
        throw Error(fmt::format("{} is not an Ed25519 key", what), Kind::not_trusted);
    return key;
}

Secret write_private_key(EVP_PKEY* key) {
    const Bio bio(BIO_new(BIO_s_secmem()));
    require(bio != nullptr && PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0,
                                                            nullptr, nullptr) == 1,
            "write a private key");
    return Secret(bytes_of(bio.get()));
}

Secret raw_private_key(EVP_PKEY* key) {
    std::string raw(32, '\0');
    std::size_t size = raw.size();
    require(
        EVP_PKEY_get_raw_private_key(key, reinterpret_cast<unsigned char*>(raw.data()), &size) == 1,
        "read a private key");
    return Secret(std::move(raw));
}

Certificate read_certificate(std::string_view pem, std::string_view what) {
    const Bio bio = reader(pem);
    Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr));
    if (!certificate)
        throw Error(fmt::format("{} is not a certificate in PEM form: {}", what, reasons()),
                    Kind::not_trusted);
    return certificate;
}

std::string write_certificate(X509* certificate) {
    const Bio bio(BIO_new(BIO_s_mem()));
    require(bio != nullptr && PEM_write_bio_X509(bio.get(), certificate) == 1,
            "write a certificate");
    return bytes_of(bio.get());
}

std::string public_key_der(EVP_PKEY* key) {
    const Bio bio(BIO_new(BIO_s_mem()));
    require(key != nullptr && bio != nullptr && i2d_PUBKEY_bio(bio.get(), key) == 1,
            "encode a public key");
    return bytes_of(bio.get());
}

std::string pin_of(X509* certificate) {
    return platform::sha256_hex(public_key_der(X509_get0_pubkey(certificate)));
}

std::string fingerprint_of(X509* certificate) {
    const Bio bio(BIO_new(BIO_s_mem()));
    require(bio != nullptr && i2d_X509_bio(bio.get(), certificate) == 1, "encode a certificate");
    return platform::sha256_hex(bytes_of(bio.get()));
}

std::string node_of(X509* certificate) {
    const Owned<GENERAL_NAMES, GENERAL_NAMES_free> names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    if (!names || sk_GENERAL_NAME_num(names.get()) != 1)
        return {};
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), 0);
    if (name->type != GEN_DNS)
        return {};
    const unsigned char* data = ASN1_STRING_get0_data(name->d.dNSName);
    // By length, so that an embedded NUL cannot cut the name short.
    return {reinterpret_cast<const char*>(data),
            static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName))};
}

Secret derive(std::string_view key, std::string_view label, std::size_t length) {
    const Owned<EVP_KDF, EVP_KDF_free> kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
    const Owned<EVP_KDF_CTX, EVP_KDF_CTX_free> context(EVP_KDF_CTX_new(kdf.get()));
    require(context != nullptr, "fetch HKDF");
    std::string digest = "SHA256";
    std::string info(label);
    std::string material(key);
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, material.data(), material.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
        OSSL_PARAM_construct_end()};
    std::string out(length, '\0');
    const int done = EVP_KDF_derive(context.get(), reinterpret_cast<unsigned char*>(out.data()),
                                    out.size(), parameters);
    OPENSSL_cleanse(material.data(), material.size());
    require(done == 1, "derive a key");
    return Secret(std::move(out));
}

namespace {

constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = nonce_and_tag - nonce_size;

using Cipher = Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

unsigned char* writeable(std::string& bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

} // namespace

std::string encrypt(const Secret& key, const Secret& value, std::string_view beside) {
    const std::string nonce = platform::random_bytes(nonce_size);
    std::string text(value.reveal().size(), '\0');
    std::string tag(tag_size, '\0');
    int length = 0;
    int rest = 0;
    const Cipher cipher(EVP_CIPHER_CTX_new());
    require(cipher &&
                EVP_EncryptInit_ex2(cipher.get(), EVP_aes_256_gcm(), octets(key.reveal()),
                                    octets(nonce), nullptr) == 1 &&
                (beside.empty() || EVP_EncryptUpdate(cipher.get(), nullptr, &length, octets(beside),
                                                     static_cast<int>(beside.size())) == 1) &&
                EVP_EncryptUpdate(cipher.get(), writeable(text), &length, octets(value.reveal()),
                                  static_cast<int>(value.reveal().size())) == 1 &&
                EVP_EncryptFinal_ex(cipher.get(), writeable(text) + length, &rest) == 1 &&
                EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag_size),
                                    tag.data()) == 1,
            "encrypt a secret");
    return nonce + tag + text;
}

std::optional<Secret> decrypt(const Secret& key, std::string_view encrypted,
                              std::string_view beside) {
    if (encrypted.size() < nonce_and_tag)
        return std::nullopt;
    std::string tag(encrypted.substr(nonce_size, tag_size));
    const std::string_view text = encrypted.substr(nonce_and_tag);
    std::string value(text.size(), '\0');
    int length = 0;
    int rest = 0;
    const Cipher cipher(EVP_CIPHER_CTX_new());
    require(cipher &&
                EVP_DecryptInit_ex2(cipher.get(), EVP_aes_256_gcm(), octets(key.reveal()),
                                    octets(encrypted), nullptr) == 1 &&
                (beside.empty() || EVP_DecryptUpdate(cipher.get(), nullptr, &length, octets(beside),
                                                     static_cast<int>(beside.size())) == 1) &&
                EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag_size),
                                    tag.data()) == 1 &&
                EVP_DecryptUpdate(cipher.get(), writeable(value), &length, octets(text),
                                  static_cast<int>(text.size())) == 1,
            "decrypt a secret");
    Secret opened(std::move(value));
    unsigned char unused[tag_size];
    if (EVP_DecryptFinal_ex(cipher.get(), unused, &rest) == 1)
        return opened;
    reasons(); // whoever fails next has none of these
    return std::nullopt;
}

} // namespace locum::token::openssl
