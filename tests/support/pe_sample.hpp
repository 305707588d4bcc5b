#pragma once
// The smallest program for Windows that readers of headers take for one, and what signing does to
// a file, by the format's description.

#include <cstdint>
#include <string>

namespace locum::testing {

inline constexpr std::size_t pe_header = 0x80;
inline constexpr std::size_t pe_checksum_at = pe_header + 24 + 64;
inline constexpr std::size_t pe_directory_at = pe_header + 24 + 112 + 4 * 8;
inline const std::string pe_certificate = "a certificate table's content";

inline void pe_put(std::string& bytes, std::size_t at, std::uint32_t value, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
        bytes.at(at + i) = static_cast<char>(value >> 8U * i & 0xffU);
}

inline std::uint32_t pe_number(const std::string& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i > 0; --i)
        value = value << 8U | static_cast<unsigned char>(bytes.at(at + i - 1));
    return value;
}

// By words, carried as it goes, and not at the end.
inline std::uint32_t pe_sum(std::string bytes) {
    const std::size_t size = bytes.size();
    bytes.resize((size + 1) / 2 * 2, '\0');
    std::uint32_t sum = 0;
    for (std::size_t at = 0; at < bytes.size(); at += 2) {
        sum += static_cast<unsigned char>(bytes[at]) |
               static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + 1])) << 8U;
        sum = (sum & 0xffffU) + (sum >> 16U);
    }
    return sum + static_cast<std::uint32_t>(size);
}

inline std::uint32_t pe_checksum(std::string bytes) {
    pe_put(bytes, pe_checksum_at, 0, 4);
    return pe_sum(bytes);
}

inline std::string pe_program() {
    std::string bytes(0x400, '\0');
    bytes.replace(0, 2, "MZ");
    pe_put(bytes, 0x3c, pe_header, 4);
    bytes.replace(pe_header, 2, "PE");
    pe_put(bytes, pe_header + 4, 0x8664, 2);    // x86-64
    pe_put(bytes, pe_header + 20, 240, 2);      // optional header
    pe_put(bytes, pe_header + 24, 0x20b, 2);    // of 64 bits
    pe_put(bytes, pe_header + 24 + 108, 16, 4); // directories
    bytes.replace(0x200, 0x200, std::string(0x200, 'p'));
    pe_put(bytes, pe_checksum_at, pe_checksum(bytes), 4);
    return bytes;
}

inline std::string pe_signed(std::string bytes) {
    bytes.resize((bytes.size() + 7) / 8 * 8, '\0');
    std::string table(8, '\0');
    pe_put(table, 4, 0x00020200, 4); // revision 2, PKCS#7
    table += pe_certificate;
    table.resize((table.size() + 7) / 8 * 8, '\0');
    pe_put(table, 0, static_cast<std::uint32_t>(table.size()), 4);
    pe_put(bytes, pe_directory_at, static_cast<std::uint32_t>(bytes.size()), 4);
    pe_put(bytes, pe_directory_at + 4, static_cast<std::uint32_t>(table.size()), 4);
    bytes += table;
    pe_put(bytes, pe_checksum_at, pe_checksum(bytes), 4);
    return bytes;
}

} // namespace locum::testing
