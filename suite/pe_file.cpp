#include "suite/pe_file.hpp"

#include "engine/error.hpp"
#include "suite/little_endian.hpp"

#include <array>
#include <fmt/format.h>

namespace locum::suite {

using engine::Error;
using platform::InputFile;

namespace {

// As Microsoft's "PE Format" names them.
constexpr std::uint64_t new_header_at = 0x3c; // in the head of a DOS program
constexpr std::uint64_t optional_size_at = 20;
constexpr std::uint64_t optional_at = 24; // behind "PE\0\0" and the COFF header
constexpr std::uint64_t checksum_in_optional = 64;
constexpr std::uint64_t certificate_table = 4; // of the directories

[[noreturn]] void damaged(const InputFile& file, const char* how) {
    throw Error(fmt::format("{} is damaged: {}", file.path(), how), engine::Kind::not_trusted)
        .remedy("get it anew");
}

std::uint32_t number(const InputFile& file, std::uint64_t at, std::size_t size) {
    std::array<char, 4> bytes{};
    if (at > file.size() || file.size() - at < size || file.read_at(at, bytes.data(), size) < size)
        damaged(file, "its headers are cut off");
    return number_at({bytes.data(), size}, 0, size).value();
}

bool has(const InputFile& file, std::uint64_t at, std::string_view bytes) {
    std::array<char, 4> found{};
    return at <= file.size() && file.size() - at >= bytes.size() &&
           file.read_at(at, found.data(), bytes.size()) == bytes.size() &&
           std::string_view(found.data(), bytes.size()) == bytes;
}

} // namespace

std::optional<PeFile> read_pe_file(const InputFile& file) {
    if (!has(file, 0, "MZ") || file.size() < new_header_at + 4)
        return std::nullopt;
    const std::uint64_t header = number(file, new_header_at, 4);
    if (!has(file, header, std::string_view("PE\0\0", 4)))
        return std::nullopt; // of DOS, or of 16 bits
    const std::uint64_t optional = header + optional_at;
    const std::uint64_t optional_size = number(file, header + optional_size_at, 2);
    const std::uint32_t magic = number(file, optional, 2);
    if (magic != pe32 && magic != pe32_plus)
        damaged(file, "it is of no kind of program that is known");
    const std::uint64_t directories = pe_directories(magic);
    const std::uint64_t directory = directories + certificate_table * pe_directory_size;
    if (optional_size < directory + pe_directory_size ||
        number(file, optional + directories - 4, 4) <= certificate_table)
        damaged(file, "its headers have no place for a signature");
    PeFile pe;
    pe.checksum_at = optional + checksum_in_optional;
    pe.directory_at = optional + directory;
    // Of this directory, alone of all, the first number is a place in the file.
    pe.signature_begin = number(file, pe.directory_at, 4);
    pe.signature_size = number(file, pe.directory_at + 4, 4);
    if ((pe.signature_begin == 0) != (pe.signature_size == 0))
        damaged(file, "it names half a signature");
    if (pe.signature_size == 0)
        return pe;
    if (pe.signature_begin % 8 != 0 || pe.signature_begin < optional + optional_size ||
        pe.signature_begin + pe.signature_size != file.size())
        damaged(file, "its signature is not at its end");
    return pe;
}

void PeChecksum::add(std::string_view bytes) {
    for (const char byte : bytes) {
        const std::uint64_t value = static_cast<unsigned char>(byte);
        sum_ += size_ % 2 == 0 ? value : value << 8U;
        ++size_;
    }
}

std::uint32_t PeChecksum::finish() const {
    std::uint64_t sum = sum_;
    while (sum > 0xffff)
        sum = (sum & 0xffffU) + (sum >> 16U);
    return static_cast<std::uint32_t>(sum + size_);
}

} // namespace locum::suite
