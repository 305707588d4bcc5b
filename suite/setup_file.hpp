#pragma once
// One executable file with Locum's program and a bundle in it: the program, the bundle, and a last
// line of 128 bytes that says where each begins and ends. The program starts as if nothing came
// after it.

#include <cstdint>
#include <optional>
#include <string>

namespace locum::suite {

struct SetupFile {
    std::string file;
    std::uint64_t program_size = 0; // bytes, from the file's beginning
    std::uint64_t bundle_size = 0;  // behind it
    std::string program_sha256;     // 64 hexadecimal digits
};

// Writes `to` (0755) whole or not at all. Throws Error(failed).
void write_setup_file(const std::string& program, const std::string& bundle, const std::string& to);
// nullopt: there is no bundle in it.
std::optional<SetupFile> read_setup_file(const std::string& file);
// The program's file (0755), checked by its hash: throws Error(not_trusted) where the setup file is
// damaged. The bundle's file (0600) is checked by whoever opens it, by its signature.
void unpack_program(const SetupFile& setup, const std::string& to);
void unpack_bundle(const SetupFile& setup, const std::string& to);

} // namespace locum::suite
