#pragma once
// What a process that was killed leaves in a folder that the system does not clear by itself. Every
// user may make something there, and an administrator's process removes: so nothing is removed but
// what was opened, looked at and held.

#include "platform/windows/acl.hpp"

#include <string>
#include <string_view>

namespace locum::platform {

// prefix + this process + "-".
std::string name_of_own(std::string_view prefix);
// Removes what has such a name of a process that has ended. own: the owner of what this process
// makes there. What is somebody else's or cannot be removed stays; nothing is thrown for that.
void remove_orphans(const std::string& folder, std::string_view prefix, const Sid& own);

// Itself, where it is a link, too. As long as it is open it can be neither renamed nor replaced.
// Throws Error where somebody has it open for that.
Handle held(const std::string& path);
// Why what was opened is to stay, as in "it is a link"; "": it is removed.
std::string fault_of_orphan(const BY_HANDLE_FILE_INFORMATION& facts, const Sid& owner, ACL* list,
                            const Sid& own);

} // namespace locum::platform
