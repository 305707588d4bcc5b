#pragma once
// Numbers in the bytes of a file, the lowest byte first.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace locum::suite {

// size: bytes, at most 4. nullopt: they are not all there.
inline std::optional<std::uint32_t> number_at(std::string_view bytes, std::uint64_t at,
                                              std::size_t size) {
    if (at > bytes.size() || bytes.size() - at < size)
        return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = size; i > 0; --i)
        value =
            value << 8U | static_cast<unsigned char>(bytes[static_cast<std::size_t>(at) + i - 1]);
    return value;
}

// size: bytes, any; those above the value's 8 are 0.
inline std::string number_bytes(std::uint64_t value, std::size_t size) {
    std::string bytes;
    for (; size > 0; --size, value >>= 8U)
        bytes += static_cast<char>(value & 0xffU);
    return bytes;
}

// The next multiple, which is a power of 2.
constexpr std::uint64_t aligned(std::uint64_t value, std::uint64_t multiple) {
    return (value + multiple - 1) / multiple * multiple;
}

} // namespace locum::suite
