#pragma once
// Symbolic links and junctions of the file system.

#include <string>

namespace locum::platform {

// Where it leads, with '/'; "" where that cannot be told.
std::string reparse_target(const std::string& link);
// Throws Error where the system lets nobody, or not this user, make one.
void make_symbolic_link(const std::string& link, const std::string& target, bool to_folder);

} // namespace locum::platform
