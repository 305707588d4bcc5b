#include "platform/hash.hpp"

#include "engine/error.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

namespace locum::platform {

using engine::Error;

namespace {

constexpr std::string_view digits = "0123456789abcdef";

void require(bool ok, std::string_view what) {
    if (!ok)
        throw Error(fmt::format("OpenSSL refused {}", what))
            .remedy("check the OpenSSL configuration (openssl list -digest-algorithms)");
}

int digit_value(char digit) {
    const char lower = digit >= 'A' && digit <= 'F' ? static_cast<char>(digit + 32) : digit;
    const std::size_t value = digits.find(lower);
    return value == std::string_view::npos ? -1 : static_cast<int>(value);
}

} // namespace

struct Sha256::State {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                    EVP_MD_CTX_free};
    void begin() const {
        require(context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1, "SHA-256");
    }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
    state_->begin();
}

Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) {
    require(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1, "SHA-256");
}

std::string Sha256::finish() {
    std::string result(32, '\0');
    require(EVP_DigestFinal_ex(state_->context.get(),
                               reinterpret_cast<unsigned char*>(result.data()), nullptr) == 1,
            "SHA-256");
    state_->begin();
    return result;
}

std::string sha256(std::string_view bytes) {
    Sha256 hash;
    hash.add(bytes);
    return hash.finish();
}

std::string sha256_hex(std::string_view bytes) {
    return hex(sha256(bytes));
}

std::string hex(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

std::string from_hex(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size() / 2);
    bool good = text.size() % 2 == 0;
    for (std::size_t i = 0; good && i < text.size(); i += 2) {
        const int high = digit_value(text[i]);
        const int low = digit_value(text[i + 1]);
        good = high >= 0 && low >= 0;
        bytes += static_cast<char>(high * 16 + low);
    }
    if (!good)
        throw Error(fmt::format("found {} characters that are not hexadecimal; expected an even "
                                "number of the digits 0-9 and a-f",
                                text.size()),
                    engine::Kind::usage)
            .remedy("copy the value again, without spaces or colons");
    return bytes;
}

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    require(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) ==
                1,
            "random bytes");
    return bytes;
}

std::string colons(std::string_view hex_digits) {
    std::string text;
    for (std::size_t i = 0; i < hex_digits.size(); i += 2) {
        text += i == 0 ? "" : ":";
        text += hex_digits.substr(i, 2);
    }
    return text;
}

} // namespace locum::platform
