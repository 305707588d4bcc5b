#pragma once
// Events and jobs that other processes find by their names. Every user may make one under any name,
// also one that Locum is about to use; so whose it is, is asked before it is used.

#include "platform/windows/acl.hpp"

namespace locum::platform {

// For one that this process makes: of this process's user, and for him, SYSTEM and the
// Administrators. It lives as long as the program.
SECURITY_ATTRIBUTES* own_object();
// Whose it is; empty: cannot be told. The handle needs READ_CONTROL.
Sid owner_of_object(HANDLE object);
// SYSTEM's, an administrator's, this process's user's, or that of the other process, which may be
// null.
bool is_trusted_object(HANDLE object, HANDLE process);

} // namespace locum::platform
