#include "platform/windows/moved_aside.hpp"

#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/host.hpp"
#include "platform/native.hpp"
#include "platform/windows/wide.hpp"

#include <cstring>
#include <fmt/format.h>

namespace locum::platform {

namespace {

constexpr const char* mark = ".locum-gone-";

// FILE_DISPOSITION_INFO_EX, which not every header of MinGW has.
struct Disposition {
    DWORD flags;
};
constexpr auto disposition_class = static_cast<FILE_INFO_BY_HANDLE_CLASS>(21);
constexpr DWORD delete_now = 0x1 | 0x2 | 0x10; // DELETE, POSIX_SEMANTICS, IGNORE_READONLY

bool delete_name_now(const std::wstring& file) {
    const Handle opened(::CreateFileW(
        file.c_str(), DELETE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
        OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS, nullptr));
    Disposition disposition{delete_now};
    return opened && ::SetFileInformationByHandle(opened.get(), disposition_class, &disposition,
                                                  sizeof disposition) != 0;
}

// FileRenameInfoEx, likewise.
constexpr auto rename_class = static_cast<FILE_INFO_BY_HANDLE_CLASS>(22);
constexpr DWORD replace_at_once = 0x1 | 0x2 | 0x40; // REPLACE_IF_EXISTS, POSIX, IGNORE_READONLY

} // namespace

std::vector<std::byte> rename_info(const std::wstring& to) {
    const std::size_t size = to.size() * sizeof(wchar_t);
    std::vector<std::byte> buffer(sizeof(FILE_RENAME_INFO) + size); // ends with zeros
    auto* const info = reinterpret_cast<FILE_RENAME_INFO*>(buffer.data());
    std::memcpy(info, &replace_at_once, sizeof replace_at_once);
    info->FileNameLength = static_cast<DWORD>(size);
    std::memcpy(info->FileName, to.data(), size);
    return buffer;
}

DWORD replace_file(const std::wstring& from, const std::wstring& to) {
    // By this flag NTFS has the rename itself on disk, too, before the call ends (CreateFileW).
    constexpr DWORD how = FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_WRITE_THROUGH;
    const Handle opened(::CreateFileW(from.c_str(), DELETE | SYNCHRONIZE,
                                      FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                      nullptr, OPEN_EXISTING, how, nullptr));
    if (!opened)
        return ::GetLastError();
    std::vector<std::byte> info = rename_info(to);
    return ::SetFileInformationByHandle(opened.get(), rename_class, info.data(),
                                        static_cast<DWORD>(info.size())) != 0
               ? ERROR_SUCCESS
               : ::GetLastError();
}

DWORD delete_file(const std::wstring& file) {
    const DWORD attributes = ::GetFileAttributesW(file.c_str());
    if (attributes == INVALID_FILE_ATTRIBUTES)
        return ::GetLastError();
    if (delete_name_now(file))
        return ERROR_SUCCESS;
    if ((attributes & FILE_ATTRIBUTE_READONLY) != 0)
        ::SetFileAttributesW(file.c_str(), FILE_ATTRIBUTE_NORMAL);
    return ::DeleteFileW(file.c_str()) != 0 ? ERROR_SUCCESS : ::GetLastError();
}

DWORD move_aside(const std::wstring& file, const std::wstring& beside, std::wstring& aside) {
    aside = beside + wide(mark + hex(random_bytes(4)));
    return ::MoveFileExW(file.c_str(), aside.c_str(), MOVEFILE_WRITE_THROUGH) != 0
               ? ERROR_SUCCESS
               : ::GetLastError();
}

void delete_aside(const std::wstring& aside) {
    // Only of a name that nothing else will ever have: what is noted for the next start happens
    // then, whatever became of the operation. Without the privilege it stays for sweep().
    if (delete_file(aside) != ERROR_SUCCESS)
        ::MoveFileExW(aside.c_str(), nullptr, MOVEFILE_DELAY_UNTIL_REBOOT);
}

bool is_moved_aside(const std::string& path) {
    const std::size_t at = path.rfind(mark);
    return at != path.npos && path.find('/', at) == path.npos;
}

void sweep(const std::string& beside) {
    const std::string folder = parent_of(beside);
    const std::string begins = beside.substr(beside.rfind('/') + 1) + mark;
    try {
        for (const std::string& name : list_folder(folder))
            if (name.starts_with(begins))
                remove_file(folder + "/" + name);
    } catch (const engine::Error&) {
        // It stays for the next time.
    }
}

InUse in_use(std::string_view doing, const std::string& path, DWORD code) {
    std::string holders;
    try {
        for (const std::int64_t pid : holders_of(path))
            holders += fmt::format("{}{}", holders.empty() ? "" : ", ", pid);
    } catch (const engine::Error&) {
        // The error is told without them.
    }
    engine::Error error = path_error(doing, path, code);
    if (holders.empty())
        return InUse(std::move(error));
    return InUse(engine::Error(fmt::format("{} (in use by process {})", error.what(), holders))
                     .remedy("end what uses it, or restart the host; then run the command again"));
}

} // namespace locum::platform
