#pragma once
// Commands as they are typed.

#include <string>
#include <vector>

namespace locum::platform {

// For a POSIX shell; quoted where a word needs it.
std::string as_typed(const std::vector<std::string>& argv);

} // namespace locum::platform
