#pragma once
// Which paths a bundle may hold. They end up in file names of every system that a suite runs on,
// so the rules are narrow, and the same for build and open.

#include <string>
#include <string_view>

namespace locum::suite {

// The longest path of a part: it stands in the name field of one ustar header.
constexpr std::size_t longest_part_path = 99;
constexpr std::size_t longest_file_path = 1024;

// Empty where the path is relative, in its shortest form and of printable ASCII; else what is
// wrong with it ("an absolute path").
std::string path_fault(std::string_view path, std::size_t longest);

// Absolute, of a file, and said in one way only: without empty parts, "." and "..". On hosts of
// Windows such a path may begin with its drive, "C:/".
bool is_plain_absolute(std::string_view path);

// As path_fault for a symbolic link at `path` (within a component's folder) to `target`: relative,
// `..` at the start only, and not out of the folder. Later links cannot change where such a
// target leads, since the folders above a link are folders and not links.
std::string link_fault(std::string_view path, std::string_view target);

} // namespace locum::suite
