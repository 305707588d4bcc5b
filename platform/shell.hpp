#pragma once
// Commands as they are typed: for a POSIX shell, on Windows for cmd.exe.

#include <string>
#include <vector>

namespace locum::platform {

// Quoted where a word needs it.
std::string as_typed(const std::vector<std::string>& argv);
// A command that puts a copy of the file in the place of `to`, after these others are removed, of
// which any may be missing. Where one cannot be removed it copies nothing.
std::string copy_as_typed(const std::string& file, const std::string& to,
                          const std::vector<std::string>& removed);
// The file that takes everything and keeps nothing, as programs are told its name.
std::string null_file();

} // namespace locum::platform
