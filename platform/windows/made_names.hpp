#pragma once
// What is asked of a name before anything of it is made.

#include <string>

namespace locum::platform {

// Throws Error(usage) where Windows cannot have a name in the path.
void require_name_for_windows(const std::string& path);

} // namespace locum::platform
