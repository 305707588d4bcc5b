#include "suite/layout.hpp"

#include "engine/error.hpp"
#include "platform/hash.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::suite::layout {

namespace {

constexpr std::string_view magic = "LOCUMSIG";
constexpr std::size_t size_at = 124;
constexpr std::size_t size_digits = 11;
constexpr std::size_t checksum_at = 148;

void put(std::string& bytes, std::size_t at, std::string_view text) {
    bytes.replace(at, text.size(), text);
}

std::string u32(std::uint32_t number) {
    std::string bytes;
    for (int shift = 0; shift < 32; shift += 8)
        bytes += static_cast<char>((number >> shift) & 0xff);
    return bytes;
}

} // namespace

std::string header(std::string_view path, std::uint64_t size) {
    std::string bytes(block, '\0');
    put(bytes, 0, path);
    put(bytes, 100, "0000644");
    put(bytes, 108, "0000000");                                     // owner
    put(bytes, 116, "0000000");                                     // group
    put(bytes, size_at, fmt::format("{:0{}o}", size, size_digits)); // length
    put(bytes, 136, "00000000000");                                 // time
    put(bytes, checksum_at, "        ");                            // while it is summed up
    put(bytes, 156, "0");                                           // a regular file
    put(bytes, 257,
        std::string_view("ustar\0"
                         "00",
                         8));
    put(bytes, 329, "0000000"); // device numbers
    put(bytes, 337, "0000000");
    unsigned sum = 0;
    for (const char c : bytes)
        sum += static_cast<unsigned char>(c);
    put(bytes, checksum_at, fmt::format("{:06o}", sum));
    bytes[checksum_at + 6] = '\0';
    return bytes;
}

std::optional<std::uint64_t> read_size(std::string_view header) {
    std::uint64_t size = 0;
    for (const char c : header.substr(size_at, size_digits)) {
        if (c < '0' || c > '7')
            return std::nullopt;
        size = size * 8 + static_cast<unsigned>(c - '0');
    }
    return size;
}

std::uint64_t padding(std::uint64_t size) {
    return (block - size % block) % block;
}

std::string end() {
    return std::string(2 * block, '\0');
}

std::string encode(const Signature& signature) {
    return std::string(magic) + u32(1) + u32(1) + platform::from_hex(signature.key) +
           signature.signature;
}

Signature decode(std::string_view bytes) {
    using engine::Error;
    using engine::Kind;
    const auto fail = [](const std::string& found, const std::string& expected) {
        throw Error(
            fmt::format("found {} in the bundle's 'signatures'; expected {}", found, expected),
            Kind::not_trusted)
            .remedy("get the bundle again from its vendor");
    };
    if (bytes.size() != signatures_size || bytes.substr(0, magic.size()) != magic)
        fail("no signature", "one signature by Ed25519");
    if (bytes.substr(8, 4) != u32(1))
        fail("an unknown form", "form 1");
    if (bytes.substr(12, 4) != u32(1))
        fail("not exactly one signature", "one signature");
    return {platform::hex(bytes.substr(16, 32)), std::string(bytes.substr(48, 64))};
}

} // namespace locum::suite::layout
