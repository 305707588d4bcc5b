#pragma once
// The bytes of a bundle (docs/bundle-format.md). Both the one who writes a bundle and the one who
// verifies it make them here, so that there is one encoding and no byte that is not compared. Own
// code, and not libarchive's, because verification must not depend on a library's version.

#include "suite/trust.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace locum::suite::layout {

constexpr std::size_t block = 512;
constexpr std::uint64_t largest_manifest = 64U << 20;
constexpr std::uint64_t largest_text = 16U << 20; // of a part that is held in memory
constexpr std::size_t signatures_size = 8 + 4 + 4 + 32 + 64;

// The ustar header of a part.
std::string header(std::string_view path, std::uint64_t size);
// The size that a header gives; nullopt where the field holds anything but octal digits.
std::optional<std::uint64_t> read_size(std::string_view header);
// How many zero bytes follow a part.
std::uint64_t padding(std::uint64_t size);
// What ends the file: two zero blocks.
std::string end();

struct Signature {
    std::string key; // 64 hex digits
    std::string signature;
};
// `signatures`: "LOCUMSIG", version and count as 32 bit little endian, key, signature.
std::string encode(const Signature& signature);
// Throws Error(not_trusted) for anything but one signature in that form.
Signature decode(std::string_view bytes);

} // namespace locum::suite::layout
