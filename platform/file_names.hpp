#pragma once
// Names of files that not every system can have.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace locum::platform {

// Why Windows cannot have a file or folder of this name (one name, not a path), in words that go
// behind it: "'CON' is the name of a device"; empty: it can. Links (".", "..") are no names.
std::string windows_name_fault(std::string_view name);
// Of the first name of a path with '/' that it cannot have.
std::string windows_path_fault(std::string_view path);
// In UTF-16, as Windows counts; path: in UTF-8.
std::size_t windows_length(std::string_view path);
// The longest path of a program that Windows starts: of CreateProcess, without the NUL of MAX_PATH.
// Other files may have longer ones.
constexpr std::size_t longest_windows_program = 259;
// By its suffix, whatever its case.
bool is_windows_program(std::string_view path);
// Paths, or folders on their way, that a system which takes "A" and "a" for the same cannot have
// beside each other; each pair once, sorted. Letters are taken for the same as NTFS does; bytes
// that are no UTF-8 are only the same as themselves.
std::vector<std::pair<std::string, std::string>>
names_that_differ_by_case_only(const std::vector<std::string>& paths);

} // namespace locum::platform
