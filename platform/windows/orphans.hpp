#pragma once
// What a process that was killed leaves in a folder that the system does not clear by itself.

#include <string>
#include <string_view>

namespace locum::platform {

// prefix + this process + "-".
std::string name_of_own(std::string_view prefix);
// Removes what has such a name of a process that has ended. What cannot be removed stays for the
// next time.
void remove_orphans(const std::string& folder, std::string_view prefix);

} // namespace locum::platform
