#pragma once
// Whether a file is a program, for bundles that are built on one system and unpacked on another.

#include <cstddef>
#include <string_view>

namespace locum::platform {

// Files have a bit that says it. Windows: no, it goes by names there.
bool execute_bits_are_kept();

constexpr std::size_t beginning_of_program = 4; // bytes
// By the bit of the file's owner; where the system keeps none, by its first bytes: "#!" of a
// script, a program of Linux (ELF) or of Windows (MZ).
bool may_be_executed(unsigned mode, std::string_view beginning,
                     bool bits_are_kept = execute_bits_are_kept());

} // namespace locum::platform
