#pragma once
// What accounts are let do with a file by entries of their own in its list: allow() of
// platform/accounts.hpp. Services write to the folders that it is in, and the agent, which may
// change every list, must not be led to another file: all is done with what was opened once.

#include "platform/windows/acl.hpp"

namespace locum::platform {

// What the account may with a file, or with a folder and what inherits from that; the account lives
// as long as it.
EXPLICIT_ACCESSW entry_for(const Sid& account, Access access, bool folder);
// The list has an entry of the account that lets it do that already; where the account may do no
// more than that (Access::add, log): and no other one.
bool lets(ACL* list, const Sid& account, Access access, bool folder);
// Why the list of what was opened must not be changed, as in "it is a link"; "": it may.
std::string fault_of(const BY_HANDLE_FILE_INFORMATION& facts, const Sid& owner, const Sid& account,
                     Access access);
// Adds it to those that are there. Throws Error(refused) where there is a fault.
void add_access(const std::string& path, const Sid& account, Access access);

} // namespace locum::platform
