#include "platform/windows/access.hpp"

#include "platform/native.hpp"
#include "platform/windows/wide.hpp"

#include <aclapi.h>
#include <fmt/format.h>

namespace locum::platform {

namespace {

// So that what somebody was let do before is taken back.
bool is_all(Access access) {
    return access == Access::add || access == Access::log;
}

Handle open_itself(const std::string& path) {
    // Of a file nothing that whoever has it open may keep others from.
    const DWORD access = READ_CONTROL | WRITE_DAC | FILE_READ_ATTRIBUTES |
                         (is_folder(path) ? FILE_LIST_DIRECTORY : 0U);
    Handle file(::CreateFileW(wide_path(path).c_str(), access,
                              FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                              OPEN_EXISTING,
                              FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
    if (!file)
        throw path_error("set the access control list of", path, ::GetLastError());
    return file;
}

} // namespace

EXPLICIT_ACCESSW entry_for(const Sid& account, Access access, bool folder) {
    constexpr DWORD reads = FILE_GENERIC_READ | FILE_GENERIC_EXECUTE;
    EXPLICIT_ACCESSW entry{};
    entry.grfAccessPermissions = reads;
    entry.grfAccessMode = is_all(access) ? SET_ACCESS : GRANT_ACCESS;
    entry.grfInheritance =
        folder && !is_all(access) ? SUB_CONTAINERS_AND_OBJECTS_INHERIT : NO_INHERITANCE;
    if (access == Access::change)
        entry.grfAccessPermissions = reads | FILE_GENERIC_WRITE | DELETE;
    if (access == Access::log)
        entry.grfAccessPermissions = reads | FILE_GENERIC_WRITE;
    if (access == Access::add) // no folders: an empty one can be made a junction
        entry.grfAccessPermissions = reads | FILE_ADD_FILE;
    entry.Trustee.TrusteeForm = TRUSTEE_IS_SID;
    entry.Trustee.TrusteeType = TRUSTEE_IS_UNKNOWN;
    entry.Trustee.ptstrName = static_cast<wchar_t*>(pointer(account));
    return entry;
}

bool lets(ACL* list, const Sid& account, Access access, bool folder) {
    const EXPLICIT_ACCESSW wanted = entry_for(account, access, folder);
    bool found = false;
    for (DWORD at = 0; list != nullptr && at < list->AceCount; ++at) {
        void* read = nullptr;
        if (::GetAce(list, at, &read) == 0)
            return false;
        auto* entry = static_cast<ACCESS_ALLOWED_ACE*>(read);
        if (entry->Header.AceType == ACCESS_DENIED_ACE_TYPE)
            return false; // it may be of the account
        if (entry->Header.AceType != ACCESS_ALLOWED_ACE_TYPE ||
            (entry->Header.AceFlags & INHERITED_ACE) != 0 ||
            ::EqualSid(&entry->SidStart, pointer(account)) == 0)
            continue;
        const bool the_same =
            entry->Mask == wanted.grfAccessPermissions &&
            (entry->Header.AceFlags & VALID_INHERIT_FLAGS) == wanted.grfInheritance;
        if (is_all(access) && !the_same)
            return false;
        found = found || the_same;
    }
    return found;
}

std::string fault_of(const BY_HANDLE_FILE_INFORMATION& facts, const Sid& owner, const Sid& account,
                     Access access) {
    if ((facts.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0)
        return "it is a link";
    const bool folder = (facts.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    if (!folder && facts.nNumberOfLinks != 1)
        return fmt::format("it is one file under {} names", facts.nNumberOfLinks);
    if (access != Access::log)
        return "";
    if (folder)
        return "it is a folder";
    if (owner != account && !is_own_or_administrators(owner))
        return "it is of " + name_of(owner);
    return "";
}

void add_access(const std::string& path, const Sid& account, Access access) {
    const Handle file = open_itself(path);
    BY_HANDLE_FILE_INFORMATION facts{};
    if (::GetFileInformationByHandle(file.get(), &facts) == 0)
        throw path_error("look at", path, ::GetLastError());
    PSID owner = nullptr;
    ACL* list = nullptr;
    void* descriptor = nullptr;
    DWORD code = ::GetSecurityInfo(file.get(), SE_FILE_OBJECT,
                                   OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &owner,
                                   nullptr, &list, nullptr, &descriptor);
    const Local<void> owned(descriptor);
    if (code != ERROR_SUCCESS)
        throw path_error("look at", path, code);
    if (const std::string fault = fault_of(facts, bytes_of(owner), account, access); !fault.empty())
        throw engine::Error(fmt::format("{} is not opened to {}: {}; expected a file or folder "
                                        "itself, which nobody else put there",
                                        path, name_of(account), fault),
                            engine::Kind::refused)
            .remedy("see who put it there, and move it away; then try again");
    const bool folder = (facts.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    // Setting a list hands it down to all that is below, every time.
    if (lets(list, account, access, folder))
        return;
    EXPLICIT_ACCESSW wanted = entry_for(account, access, folder);
    ACL* merged = nullptr;
    code = ::SetEntriesInAclW(1, &wanted, list, &merged);
    const Local<ACL> made(merged);
    if (code == ERROR_SUCCESS)
        code = ::SetSecurityInfo(file.get(), SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, nullptr,
                                 nullptr, merged, nullptr);
    if (code != ERROR_SUCCESS)
        throw path_error("set the access control list of", path, code);
}

} // namespace locum::platform
