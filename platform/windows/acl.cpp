#include "platform/windows/acl.hpp"

#include "platform/native.hpp"
#include "platform/windows/wide.hpp"

#include <aclapi.h>
#include <algorithm>
#include <array>
#include <boost/algorithm/string/predicate.hpp>
#include <cstring>
#include <memory>
#include <openssl/evp.h>
#include <sddl.h>

namespace locum::platform {

namespace {

using Descriptor = Local<void>;

// S-1-3-4 is whoever owns the file: so it passes on with the owner, as a mode does.
constexpr const wchar_t* private_file = L"D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;S-1-3-4)";
constexpr const wchar_t* private_folder =
    L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;S-1-3-4)";

Descriptor parsed(const wchar_t* text) {
    void* made = nullptr;
    if (::ConvertStringSecurityDescriptorToSecurityDescriptorW(text, SDDL_REVISION_1, &made,
                                                               nullptr) == 0)
        fail("cannot make an access control list");
    return Descriptor(made);
}

ACL* list_of(void* descriptor) {
    BOOL present = FALSE;
    BOOL defaulted = FALSE;
    ACL* list = nullptr;
    ::GetSecurityDescriptorDacl(descriptor, &present, &list, &defaulted);
    return list;
}

// With what is asked for; throws with the path.
Descriptor security_of(const std::string& path, SECURITY_INFORMATION what) {
    void* found = nullptr;
    const DWORD code = ::GetNamedSecurityInfoW(wide_path(path).c_str(), SE_FILE_OBJECT, what,
                                               nullptr, nullptr, nullptr, nullptr, &found);
    Descriptor owned(found);
    if (code != ERROR_SUCCESS)
        throw path_error("look at", path, code);
    return owned;
}

Sid well_known(WELL_KNOWN_SID_TYPE type) {
    Sid sid(SECURITY_MAX_SID_SIZE);
    DWORD size = SECURITY_MAX_SID_SIZE;
    if (::CreateWellKnownSid(type, nullptr, sid.data(), &size) == 0)
        fail("cannot name an account of Windows");
    sid.resize(size);
    return sid;
}

Sid own_user() {
    Sid own = user_of(::GetCurrentProcess());
    if (own.empty())
        fail("cannot tell which user Locum runs as");
    return own;
}

bool is_among(PSID sid, const std::vector<Sid>& all) {
    return std::any_of(all.begin(), all.end(),
                       [&](const Sid& one) { return ::EqualSid(sid, pointer(one)) != 0; });
}

// As RtlCreateServiceSid makes it: S-1-5-80 and the SHA-1 of the name in capitals, in UTF-16.
Sid sid_of_service(const std::string& service) {
    std::wstring name = wide(service);
    const auto length = static_cast<int>(name.size());
    ::LCMapStringEx(LOCALE_NAME_INVARIANT, LCMAP_UPPERCASE, name.data(), length, name.data(),
                    length, nullptr, nullptr, 0);
    std::array<unsigned char, 20> hash{};
    if (::EVP_Digest(name.data(), name.size() * sizeof(wchar_t), hash.data(), nullptr, ::EVP_sha1(),
                     nullptr) != 1)
        throw engine::Error("cannot name the account of the service " + service);
    Sid sid = {1, 6, 0, 0, 0, 0, 0, 5, 80, 0, 0, 0};
    sid.insert(sid.end(), hash.begin(), hash.end());
    return sid;
}

} // namespace

Sid bytes_of(PSID sid) {
    if (sid == nullptr || ::IsValidSid(sid) == 0)
        return {};
    const auto* first = static_cast<const unsigned char*>(sid);
    return {first, first + ::GetLengthSid(sid)};
}

std::string digits_of(const Sid& sid) {
    wchar_t* digits = nullptr;
    if (sid.empty() || ::ConvertSidToStringSidW(pointer(sid), &digits) == 0)
        return "";
    const Local<wchar_t> owned(digits);
    return utf8(digits);
}

Sid user_of(HANDLE process) {
    HANDLE opened = nullptr;
    if (::OpenProcessToken(process, TOKEN_QUERY, &opened) == 0)
        return {};
    const Handle token(opened);
    alignas(TOKEN_USER) unsigned char buffer[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    DWORD size = 0;
    if (::GetTokenInformation(token.get(), TokenUser, buffer, sizeof buffer, &size) == 0)
        return {};
    return bytes_of(reinterpret_cast<const TOKEN_USER*>(buffer)->User.Sid);
}

bool is_own_or_administrators(const Sid& sid) {
    return sid == own_user() || sid == well_known(WinLocalSystemSid) ||
           sid == well_known(WinBuiltinAdministratorsSid);
}

void switch_on(const wchar_t* privilege) {
    HANDLE opened = nullptr;
    if (::OpenProcessToken(::GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &opened) ==
        0)
        return;
    const Handle token(opened);
    TOKEN_PRIVILEGES wanted{};
    wanted.PrivilegeCount = 1;
    wanted.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
    if (::LookupPrivilegeValueW(nullptr, privilege, &wanted.Privileges[0].Luid) != 0)
        ::AdjustTokenPrivileges(token.get(), FALSE, &wanted, 0, nullptr, nullptr);
}

SECURITY_ATTRIBUTES* attributes_for(unsigned mode, bool folder) {
    static const Descriptor of_file = parsed(private_file);
    static const Descriptor of_folder = parsed(private_folder);
    static SECURITY_ATTRIBUTES for_file{sizeof(SECURITY_ATTRIBUTES), of_file.get(), FALSE};
    static SECURITY_ATTRIBUTES for_folder{sizeof(SECURITY_ATTRIBUTES), of_folder.get(), FALSE};
    if ((mode & 07U) != 0)
        return nullptr;
    return folder ? &for_folder : &for_file;
}

Local<ACL> closed_but_for(ACL* found, ACL* closed, const std::vector<Sid>& insiders) {
    std::vector<EXPLICIT_ACCESSW> kept;
    for (DWORD at = 0; found != nullptr && at < found->AceCount; ++at) {
        void* read = nullptr;
        if (::GetAce(found, at, &read) == 0)
            fail("cannot read an access control list");
        auto* entry = static_cast<ACCESS_ALLOWED_ACE*>(read);
        if (entry->Header.AceType != ACCESS_ALLOWED_ACE_TYPE ||
            (entry->Header.AceFlags & INHERITED_ACE) != 0 || !is_among(&entry->SidStart, insiders))
            continue;
        EXPLICIT_ACCESSW one{};
        one.grfAccessPermissions = entry->Mask;
        one.grfAccessMode = GRANT_ACCESS;
        one.grfInheritance = entry->Header.AceFlags & VALID_INHERIT_FLAGS;
        one.Trustee.TrusteeForm = TRUSTEE_IS_SID;
        one.Trustee.ptstrName = reinterpret_cast<wchar_t*>(&entry->SidStart);
        kept.push_back(one);
    }
    ACL* merged = nullptr;
    const DWORD code = ::SetEntriesInAclW(static_cast<ULONG>(kept.size()),
                                          kept.empty() ? nullptr : kept.data(), closed, &merged);
    if (code != ERROR_SUCCESS)
        fail("cannot make an access control list", code);
    return Local<ACL>(merged);
}

void set_access(const std::string& path, unsigned mode, const std::vector<Sid>& insiders) {
    std::wstring name = wide_path(path);
    ACL empty{};
    ::InitializeAcl(&empty, sizeof empty, ACL_REVISION);
    const SECURITY_ATTRIBUTES* own = attributes_for(mode, is_folder(path));
    Local<ACL> closed;
    if (own != nullptr)
        closed = closed_but_for(list_of(security_of(path, DACL_SECURITY_INFORMATION).get()),
                                list_of(own->lpSecurityDescriptor), insiders);
    const SECURITY_INFORMATION what =
        DACL_SECURITY_INFORMATION | (own != nullptr ? PROTECTED_DACL_SECURITY_INFORMATION
                                                    : UNPROTECTED_DACL_SECURITY_INFORMATION);
    // An empty list that is not protected takes what the folder above hands down.
    const DWORD code = ::SetNamedSecurityInfoW(name.data(), SE_FILE_OBJECT, what, nullptr, nullptr,
                                               own != nullptr ? closed.get() : &empty, nullptr);
    if (code != ERROR_SUCCESS)
        throw path_error("set the access control list of", path, code);
}

bool is_closed(ACL* list, PSID owner, const std::vector<Sid>& insiders) {
    static const std::vector<Sid> always = {
        well_known(WinLocalSystemSid), well_known(WinBuiltinAdministratorsSid),
        well_known(WinCreatorOwnerRightsSid), well_known(WinCreatorOwnerSid), own_user()};
    if (list == nullptr)
        return false; // no list: everybody may do everything
    for (DWORD at = 0; at < list->AceCount; ++at) {
        void* entry = nullptr;
        if (::GetAce(list, at, &entry) == 0)
            return false;
        auto* allowed = static_cast<ACCESS_ALLOWED_ACE*>(entry);
        const bool elsewhere = (allowed->Header.AceFlags & INHERIT_ONLY_ACE) != 0;
        if (elsewhere || allowed->Header.AceType == ACCESS_DENIED_ACE_TYPE)
            continue;
        if (allowed->Header.AceType != ACCESS_ALLOWED_ACE_TYPE)
            return false; // it depends on what cannot be told here
        PSID who = &allowed->SidStart;
        if (allowed->Mask != 0 && !(owner != nullptr && ::EqualSid(who, owner) != 0) &&
            !is_among(who, always) && !is_among(who, insiders))
            return false;
    }
    return true;
}

unsigned mode_of(const std::string& path, const std::vector<Sid>& insiders) {
    const Descriptor found =
        security_of(path, DACL_SECURITY_INFORMATION | OWNER_SECURITY_INFORMATION);
    PSID owner = nullptr;
    BOOL defaulted = FALSE;
    ::GetSecurityDescriptorOwner(found.get(), &owner, &defaulted);
    return is_closed(list_of(found.get()), owner, insiders) ? 0700 : 0755;
}

Sid owner_of(const std::string& path) {
    const Descriptor found = security_of(path, OWNER_SECURITY_INFORMATION);
    PSID sid = nullptr;
    BOOL defaulted = FALSE;
    ::GetSecurityDescriptorOwner(found.get(), &sid, &defaulted);
    return bytes_of(sid);
}

Sid group_of(const std::string& path) {
    const Descriptor found = security_of(path, GROUP_SECURITY_INFORMATION);
    PSID sid = nullptr;
    BOOL defaulted = FALSE;
    ::GetSecurityDescriptorGroup(found.get(), &sid, &defaulted);
    return bytes_of(sid);
}

Sid sid_of(const std::string& account) {
    if (boost::istarts_with(account, virtual_account_domain))
        return sid_of_service(account.substr(std::strlen(virtual_account_domain)));
    const std::wstring name = wide(account);
    Sid sid(SECURITY_MAX_SID_SIZE);
    DWORD size = SECURITY_MAX_SID_SIZE;
    std::wstring domain(256, L'\0');
    auto length = static_cast<DWORD>(domain.size());
    SID_NAME_USE use = SidTypeUnknown;
    if (::LookupAccountNameW(nullptr, name.c_str(), sid.data(), &size, domain.data(), &length,
                             &use) == 0 ||
        use == SidTypeDomain)
        return {};
    sid.resize(size);
    return sid;
}

std::string name_of(const Sid& sid) {
    if (sid.empty())
        return "";
    std::wstring name(256, L'\0');
    std::wstring domain(256, L'\0');
    auto name_length = static_cast<DWORD>(name.size());
    auto domain_length = static_cast<DWORD>(domain.size());
    SID_NAME_USE use = SidTypeUnknown;
    if (::LookupAccountSidW(nullptr, pointer(sid), name.data(), &name_length, domain.data(),
                            &domain_length, &use) == 0)
        return digits_of(sid);
    name.resize(name_length);
    domain.resize(domain_length);
    std::wstring own(MAX_COMPUTERNAME_LENGTH + 1, L'\0');
    auto own_length = static_cast<DWORD>(own.size());
    ::GetComputerNameW(own.data(), &own_length);
    own.resize(own_length);
    const bool local = domain.empty() || domain == own || domain == L"BUILTIN";
    return local ? utf8(name) : utf8(domain + L"\\" + name);
}

void set_owner_and_group(const std::string& path, const Sid& owner, const Sid& group) {
    switch_on(L"SeRestorePrivilege"); // to give to somebody else
    switch_on(L"SeTakeOwnershipPrivilege");
    std::wstring name = wide_path(path);
    const DWORD code = ::SetNamedSecurityInfoW(
        name.data(), SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION,
        pointer(owner), pointer(group), nullptr, nullptr);
    if (code != ERROR_SUCCESS)
        throw path_error("give to " + name_of(owner), path, code);
}

std::string foreign_owner(const std::string& path) {
    const Sid owner = owner_of(path);
    if (owner.empty() || is_own_or_administrators(owner))
        return owner.empty() ? "of an owner that cannot be told" : "";
    return "of user " + name_of(owner);
}

} // namespace locum::platform
