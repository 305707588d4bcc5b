#pragma once
// One executable file with Locum's program and a bundle in it: the program, the bundle, and a last
// line of 128 bytes that says where each begins and ends. One for Windows may have resources behind
// the program, by which Windows shows the suite in place of Locum (suite/pe_resources.hpp). The
// program starts as if nothing came after it. For Windows up to 7 zeros fill it up to a multiple of
// 8, and it may be signed as a whole (Authenticode) afterwards: then the signature follows, which
// the program's headers point to.

#include "suite/pe_resources.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace locum::suite {

struct SetupFile {
    std::string file;
    std::uint64_t program_size = 0; // bytes, from the file's beginning
    std::uint64_t bundle_begin = 0; // the program's end, or behind the resources that follow it
    std::uint64_t bundle_size = 0;
    // 64 hexadecimal digits; of a program for Windows with zeros for its checksum and for where its
    // signature is.
    std::string program_sha256;
    bool for_windows = false;
};

bool is_for_windows(const std::string& program);
// The name of a setup with this program: a program for Windows must be named .exe.
std::string setup_name(const std::string& program, const std::string& wanted);
// Writes `to` (0755) whole or not at all. A signature of the program's own is left out. Throws
// Error(failed), and Error(usage) where it would be longer than Windows starts.
// shown: for Windows; see with_resources().
void write_setup_file(const std::string& program, const std::string& bundle, const std::string& to,
                      const std::optional<ShownOfProgram>& shown = {});
// nullopt: there is no bundle in it. Throws Error(not_trusted) where the file is damaged.
std::optional<SetupFile> read_setup_file(const std::string& file);
// The program's file (0755), checked by its hash: throws Error(not_trusted) where the setup file is
// damaged. The bundle's file (0600) is checked by whoever opens it, by its signature.
void unpack_program(const SetupFile& setup, const std::string& to);
void unpack_bundle(const SetupFile& setup, const std::string& to);

} // namespace locum::suite
