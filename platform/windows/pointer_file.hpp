#pragma once
// A file that says where it leads, in the place of a link, which needs a privilege to make. It has
// one size, so that files of other sizes need not be opened to be told from it.

#include <cstdint>
#include <string>

namespace locum::platform {

inline constexpr std::uint64_t pointer_size = 4099;

// Throws Error(usage) where the target is too long.
std::string pointer_text(const std::string& target);
// The target of the file at the path; "" where it is no such file. Throws Error where that cannot
// be told, as of a file that somebody else has open for himself.
std::string pointed_to(const std::string& path);

} // namespace locum::platform
