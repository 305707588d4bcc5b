#include "platform/windows/orphans.hpp"

#include "platform/files.hpp"
#include "platform/native.hpp"
#include "platform/windows/wide.hpp"

#include <aclapi.h>
#include <charconv>
#include <fmt/format.h>

namespace locum::platform {

namespace {

bool is_orphan(std::string_view name, std::string_view prefix) {
    if (!name.starts_with(prefix))
        return false;
    std::int64_t pid = 0;
    const char* const end = name.data() + name.size();
    const auto [rest, failed] = std::from_chars(name.data() + prefix.size(), end, pid);
    return failed == std::errc() && rest != end && *rest == '-' && !process_exists(pid);
}

// SYSTEM and the Administrators.
bool may_anything(const std::string& digits) {
    return digits == "S-1-5-18" || digits == "S-1-5-32-544";
}

// Not is_closed(), which lets this user in as well: an administrator's other programs, which have
// not the rights of this one, are that user, too.
bool lets_in_others(ACL* list, const Sid& own) {
    if (list == nullptr)
        return true; // everybody may do everything
    for (DWORD at = 0; at < list->AceCount; ++at) {
        void* read = nullptr;
        if (::GetAce(list, at, &read) == 0)
            return true;
        auto* entry = static_cast<ACCESS_ALLOWED_ACE*>(read);
        if (entry->Header.AceType == ACCESS_DENIED_ACE_TYPE)
            continue;
        if (entry->Header.AceType != ACCESS_ALLOWED_ACE_TYPE)
            return true; // it depends on what cannot be told here
        const Sid who = bytes_of(&entry->SidStart);
        const std::string digits = digits_of(who);
        const bool owner_rights = digits == "S-1-3-4";
        if (who != own && !owner_rights && !may_anything(digits) && entry->Mask != 0)
            return true;
    }
    return false;
}

std::string fault_of(HANDLE opened, const BY_HANDLE_FILE_INFORMATION& facts, const Sid& own) {
    PSID owner = nullptr;
    ACL* list = nullptr;
    void* descriptor = nullptr;
    const DWORD code = ::GetSecurityInfo(opened, SE_FILE_OBJECT,
                                         OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                                         &owner, nullptr, &list, nullptr, &descriptor);
    const Local<void> owned(descriptor);
    return code != ERROR_SUCCESS ? "it cannot be told whose it is"
                                 : fault_of_orphan(facts, bytes_of(owner), list, own);
}

void remove_orphan(const std::string& path, const Sid& own) {
    Handle opened = held(path);
    BY_HANDLE_FILE_INFORMATION facts{};
    if (::GetFileInformationByHandle(opened.get(), &facts) == 0 ||
        !fault_of(opened.get(), facts, own).empty())
        return;
    if ((facts.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0) {
        opened.close();
        remove_file(path); // a name that is here, whatever has it by now
        return;
    }
    // By paths: the folder is held, so they lead through it, and nobody else may put a junction
    // into what is below it: it was made for this process alone, with its list of access, and that
    // was looked at.
    for (const std::string& name : list_folder(path))
        remove_all(path + "/" + name);
    opened.close();
    remove_empty_folder(path); // of a link that has the name by now: the link
}

} // namespace

std::string name_of_own(std::string_view prefix) {
    return fmt::format("{}{}-", prefix, own_pid());
}

Handle held(const std::string& path) {
    // Sharing is asked only of who reads, writes or deletes: by rights of the other kinds alone
    // nothing would be held. A folder's list is read by the bit that reads a file's bytes.
    Handle opened(::CreateFileW(
        wide_path(path).c_str(), FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES | READ_CONTROL,
        FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING,
        FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
    if (!opened)
        throw path_error("open", path, ::GetLastError());
    return opened;
}

std::string fault_of_orphan(const BY_HANDLE_FILE_INFORMATION& facts, const Sid& owner, ACL* list,
                            const Sid& own) {
    if ((facts.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0)
        return "it is a link";
    // Of a file only the name goes, so this user's are removed by all that he runs.
    const bool folder = (facts.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    const bool ours =
        owner == own || (folder ? may_anything(digits_of(owner)) : is_own_or_administrators(owner));
    if (owner.empty() || !ours)
        return "it is of " + name_of(owner);
    return folder && lets_in_others(list, own) ? "others may write to it" : "";
}

void remove_orphans(const std::string& folder, std::string_view prefix, const Sid& own) {
    try {
        for (const std::string& name : list_folder(folder))
            if (is_orphan(name, prefix)) {
                try {
                    remove_orphan(folder + "/" + name, own);
                } catch (const engine::Error&) {
                    // In use, or gone.
                }
            }
    } catch (const engine::Error&) {
        // For the next time.
    }
}

} // namespace locum::platform
