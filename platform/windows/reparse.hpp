#pragma once
// Symbolic links and junctions of the file system.

#include <cstddef>
#include <span>
#include <string>

namespace locum::platform {

// Where what the file system tells of a link or junction (a REPARSE_DATA_BUFFER) leads, with '/';
// "" where it is neither, or broken. Not by the name that it is shown by, which may be another.
std::string target_in(std::span<const std::byte> reparse_data);
// Where it leads, with '/'; "" where that cannot be told.
std::string reparse_target(const std::string& link);
// Throws Error where the system lets nobody, or not this user, make one.
void make_symbolic_link(const std::string& link, const std::string& target, bool to_folder);

} // namespace locum::platform
