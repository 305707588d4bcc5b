#include "suite/trust.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"

#include <fmt/format.h>
#include <memory>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace locum::suite {

using engine::Error;
using engine::Kind;

namespace {

constexpr std::size_t key_size = 32;
constexpr std::size_t signature_size = 64;
constexpr std::string_view other_key =
    "expected an Ed25519 key, such as `locum bundle keygen` makes";

template <auto free_it>
struct Free {
    template <class T>
    void operator()(T* it) const {
        free_it(it);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Context = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

template <class T>
T* made(T* it) {
    if (it == nullptr)
        throw Error("OpenSSL could not make or read an Ed25519 key")
            .remedy("check the OpenSSL 3 installation");
    return it;
}

Key public_from(std::string_view raw) {
    return Key(
        made(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(raw), raw.size())));
}

Key secret_from(const engine::Secret& raw) {
    return Key(made(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes(raw.reveal()),
                                                 raw.reveal().size())));
}

std::string raw_public(EVP_PKEY* key) {
    std::string raw(key_size, '\0');
    std::size_t size = raw.size();
    if (EVP_PKEY_get_raw_public_key(key, bytes(raw), &size) != 1 || size != key_size)
        made<void>(nullptr);
    return raw;
}

// An encrypted key must be refused, not asked for on the terminal.
int no_password(char*, int, int, void*) {
    return -1;
}

Bio reading(std::string_view text) {
    return Bio(made(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))));
}

std::string read_key_file(const std::string& file, std::string_view what) {
    if (!platform::exists(file))
        throw Error(fmt::format("{}: no such file; expected {}", file, what), Kind::usage)
            .remedy("name the key's file, or make a pair with: locum bundle keygen NAME");
    return platform::read_file(file, 64U << 10);
}

std::string contents(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return std::string(data, static_cast<std::size_t>(size));
}

} // namespace

PublicKey PublicKey::parse(std::string_view text) {
    PublicKey key;
    const std::size_t end = text.find_last_not_of(" \t\r\n");
    const std::string_view trimmed = text.substr(0, end == text.npos ? 0 : end + 1);
    if (trimmed.size() == 2 * key_size &&
        trimmed.find_first_not_of("0123456789abcdefABCDEF") == trimmed.npos) {
        key.raw_ = platform::from_hex(trimmed);
        return key;
    }
    const Bio bio = reading(text);
    const Key read(PEM_read_bio_PUBKEY(bio.get(), nullptr, no_password, nullptr));
    ERR_clear_error();
    if (!read)
        throw Error(
            "found no public key; expected a PEM file with BEGIN PUBLIC KEY, or 64 hex digits",
            Kind::usage)
            .remedy("give the .pub file that `locum bundle keygen` wrote");
    if (EVP_PKEY_get_id(read.get()) != EVP_PKEY_ED25519)
        throw Error(fmt::format("found a public key of another kind; {}", other_key), Kind::usage)
            .remedy("give the .pub file that `locum bundle keygen` wrote");
    key.raw_ = raw_public(read.get());
    return key;
}

PublicKey PublicKey::load(const std::string& file) {
    const std::string text = read_key_file(file, "a public key");
    return engine::during("reading " + file, [&] { return parse(text); });
}

std::string PublicKey::hex() const {
    return platform::hex(raw_);
}

std::string PublicKey::fingerprint() const {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(public_from(raw_).get(), &der);
    if (size <= 0)
        made<void>(nullptr);
    const std::string info(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return platform::colons(platform::sha256_hex(info));
}

// Ed25519 has no streaming form: the message is given whole, so what is signed is kept small.
bool PublicKey::verify(std::string_view message, std::string_view signature) const {
    if (raw_.size() != key_size || signature.size() != signature_size)
        return false;
    const Key key = public_from(raw_);
    const Context context(made(EVP_MD_CTX_new()));
    const bool good =
        EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
        EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(message),
                         message.size()) == 1;
    ERR_clear_error();
    return good;
}

SigningKey SigningKey::generate() {
    SigningKey key;
    key.raw_ = engine::Secret(platform::random_bytes(key_size));
    return key;
}

SigningKey SigningKey::load(const std::string& file) {
    const engine::Secret text(read_key_file(file, "a signing key"));
    const Bio bio = reading(text.reveal());
    const Key read(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
    ERR_clear_error();
    if (!read)
        throw Error(
            fmt::format("{}: found no signing key; expected a PEM file with BEGIN PRIVATE KEY, "
                        "not encrypted",
                        file),
            Kind::usage)
            .remedy("give the .key file that `locum bundle keygen` wrote");
    std::string raw(key_size, '\0');
    std::size_t size = raw.size();
    if (EVP_PKEY_get_id(read.get()) != EVP_PKEY_ED25519 ||
        EVP_PKEY_get_raw_private_key(read.get(), bytes(raw), &size) != 1 || size != key_size)
        throw Error(fmt::format("{}: found a key of another kind; {}", file, other_key),
                    Kind::usage)
            .remedy("give the .key file that `locum bundle keygen` wrote");
    SigningKey key;
    key.raw_ = engine::Secret(std::move(raw));
    return key;
}

PublicKey SigningKey::public_key() const {
    return PublicKey::parse(platform::hex(raw_public(secret_from(raw_).get())));
}

std::string SigningKey::sign(std::string_view message) const {
    const Key key = secret_from(raw_);
    const Context context(made(EVP_MD_CTX_new()));
    std::string signature(signature_size, '\0');
    std::size_t size = signature.size();
    if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
        EVP_DigestSign(context.get(), bytes(signature), &size, bytes(message), message.size()) !=
            1 ||
        size != signature_size)
        throw Error("OpenSSL could not sign with an Ed25519 key")
            .remedy("check the OpenSSL 3 installation");
    return signature;
}

engine::Secret SigningKey::pem() const {
    const Bio bio(made(BIO_new(BIO_s_secmem())));
    if (PEM_write_bio_PKCS8PrivateKey(bio.get(), secret_from(raw_).get(), nullptr, nullptr, 0,
                                      nullptr, nullptr) != 1)
        made<void>(nullptr);
    return engine::Secret(contents(bio.get()));
}

void write_key_pair(const SigningKey& key, const std::string& name) {
    for (const char* ending : {".key", ".pub"})
        if (platform::exists(name + ending))
            throw Error(
                fmt::format("{}{} is there already; a key is never overwritten", name, ending),
                Kind::usage)
                .remedy("choose another name, or move the old pair away");
    const Bio bio(made(BIO_new(BIO_s_mem())));
    const Key open = public_from(platform::from_hex(key.public_key().hex()));
    if (PEM_write_bio_PUBKEY(bio.get(), open.get()) != 1)
        made<void>(nullptr);
    platform::write_file(name + ".key", key.pem().reveal(), 0600);
    platform::write_file(name + ".pub", contents(bio.get()), 0644);
}

} // namespace locum::suite
