#pragma once
// What the headers of a program for Windows (a PE file) say that changes when it is signed
// (Authenticode): the signature is a table at the file's very end, which a directory in the headers
// points to, and a checksum is over the whole file.

#include "platform/input_file.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace locum::suite {

struct PeFile {
    std::uint64_t checksum_at = 0;  // 4 bytes
    std::uint64_t directory_at = 0; // 8 bytes: where the signature is, and how long
    std::uint64_t signature_begin = 0;
    std::uint64_t signature_size = 0; // 0: it is not signed
};
inline constexpr std::size_t pe_checksum_size = 4;
inline constexpr std::size_t pe_directory_size = 8;

inline constexpr std::uint32_t pe32 = 0x10b; // what the optional header begins with
inline constexpr std::uint32_t pe32_plus = 0x20b;
// Where in the optional header the directories are: 64-bit numbers take more room before them.
constexpr std::uint64_t pe_directories(std::uint32_t magic) {
    return magic == pe32 ? 96 : 112;
}

// nullopt: it is no PE file, as one of Linux. Throws Error(not_trusted) where it is damaged: what
// its headers point to is not in the file, or has something behind it.
std::optional<PeFile> read_pe_file(const platform::InputFile& file);

// The checksum of a PE file, of all its bytes with the checksum's own taken as zeros.
class PeChecksum {
public:
    void add(std::string_view bytes);
    std::uint32_t finish() const;

private:
    std::uint64_t sum_ = 0;
    std::uint64_t size_ = 0;
};

} // namespace locum::suite
