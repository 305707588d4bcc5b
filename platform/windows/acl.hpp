#pragma once
// Who may do what with a file. A mode without bits for others is a list of its own that nothing is
// inherited into: SYSTEM, the Administrators, and whoever owns the file. Bits for the group let
// nobody in, since Windows has no group of a suite's services: each of their accounts gets an entry
// of its own (platform/windows/access.hpp). Every other mode is what the folder above hands down.

#include "platform/accounts.hpp"
#include "platform/windows/system.hpp"

#include <accctrl.h>
#include <memory>

#include <string>
#include <vector>

namespace locum::platform {

inline bool is_private(unsigned mode) {
    return (mode & 077U) == 0;
}

// For what is made with this mode; null: by the folder above. It lives as long as the program.
SECURITY_ATTRIBUTES* attributes_for(unsigned mode, bool folder);
template <class T>
using Local = std::unique_ptr<T, LocalFreed>;
// The bytes of a SID.
using Sid = std::vector<unsigned char>;
// As functions of the system take it, which do not write to it.
inline PSID pointer(const Sid& sid) {
    return const_cast<unsigned char*>(sid.data());
}
// The second list, with what the first lets the insiders do by entries of its own.
Local<ACL> closed_but_for(ACL* found, ACL* closed, const std::vector<Sid>& insiders);
// What is there already; a closed one goes on to let in those of the insiders that have entries in
// it: accounts of services, by what the caller knows of them.
void set_access(const std::string& path, unsigned mode, const std::vector<Sid>& insiders = {});
// The same, but throws Error where nothing is there, or a link.
void set_mode(const std::string& path, unsigned mode, const std::vector<Sid>& insiders);
// A list lets in nobody but SYSTEM, the Administrators, the owner, this process's user and the
// insiders.
bool is_closed(ACL* list, PSID owner, const std::vector<Sid>& insiders);
// 0700 where it is closed, or 0755; see has_mode().
unsigned mode_of(const std::string& path, const std::vector<Sid>& insiders = {});

// Empty: it is none.
Sid bytes_of(PSID sid);
// "S-1-…"; empty: it is none.
std::string digits_of(const Sid& sid);
// Whom it runs as; empty: cannot be told.
Sid user_of(HANDLE process);
// This process's user, SYSTEM, or the Administrators.
bool is_own_or_administrators(const Sid& sid);
// Empty: the file has none that can be read.
Sid owner_of(const std::string& path);
Sid group_of(const std::string& path);
// Of services: each has one of its name behind this, made by the system out of that name.
inline constexpr const char* virtual_account_domain = "NT SERVICE\\";
// Empty: no account has this name. One of a service has a SID before the service is there.
Sid sid_of(const std::string& account);
// "NAME", or "DOMAIN\NAME" where it is not one of this computer's own; the SID in digits where it
// has none.
std::string name_of(const Sid& sid);
// Some privileges are an administrator's only after they were switched on.
void switch_on(const wchar_t* privilege);
// Throws Error.
void set_owner_and_group(const std::string& path, const Sid& owner, const Sid& group);

} // namespace locum::platform
