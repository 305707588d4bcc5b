#include "platform/tree.hpp"

#include "platform/executable.hpp"
#include "platform/files.hpp"
#include "platform/native.hpp"
#include "platform/windows/acl.hpp"
#include "platform/windows/pointer_file.hpp"
#include "platform/windows/search.hpp"
#include "platform/windows/wide.hpp"

#include <fmt/format.h>

namespace locum::platform {

namespace {

// path: of the file itself; shown: the entry's.
FileEntry entry_of(const std::string& path, std::string shown, DWORD attributes,
                   std::uint64_t size) {
    FileEntry entry;
    entry.path = std::move(shown);
    entry.mode = mode_of(path);
    if ((attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 || size == pointer_size)
        entry.target = read_link(path);
    if (!entry.target.empty()) {
        entry.type = FileEntry::Type::link;
    } else if ((attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) {
        entry.type = FileEntry::Type::other;
    } else if ((attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
        entry.type = FileEntry::Type::folder;
    } else {
        entry.type = FileEntry::Type::regular;
        entry.size = size;
    }
    return entry;
}

} // namespace

std::optional<std::vector<FileEntry>> entries_of(const std::string& folder) {
    const DWORD attributes = ::GetFileAttributesW(wide_path(folder).c_str());
    if (attributes == INVALID_FILE_ATTRIBUTES || (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0 ||
        (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0)
        return std::nullopt;
    const auto found = names_in(folder);
    if (!found)
        return std::nullopt;
    std::vector<FileEntry> entries;
    for (const Found& one : *found) {
        const std::string path = folder + "/" + one.name;
        try {
            entries.push_back(entry_of(path, one.name, one.attributes, one.size));
        } catch (const engine::Error&) {
            if (exists(path)) // else it vanished meanwhile
                throw;
        }
    }
    return entries;
}

std::optional<FileEntry> look_at(const std::string& path) {
    WIN32_FILE_ATTRIBUTE_DATA found{};
    if (::GetFileAttributesExW(wide_path(path).c_str(), GetFileExInfoStandard, &found) == 0) {
        const DWORD code = ::GetLastError();
        if (means_missing(code))
            return std::nullopt;
        throw path_error("look at", path, code);
    }
    return entry_of(path, path, found.dwFileAttributes,
                    (std::uint64_t{found.nFileSizeHigh} << 32U) | found.nFileSizeLow);
}

std::string canonical(const std::string& path) {
    const Handle opened(::CreateFileW(wide_path(path).c_str(), 0,
                                      FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                      nullptr, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr));
    std::wstring name(32768, L'\0');
    const DWORD length =
        opened ? ::GetFinalPathNameByHandleW(opened.get(), name.data(),
                                             static_cast<DWORD>(name.size()), FILE_NAME_NORMALIZED)
               : 0;
    if (length == 0 || length >= name.size())
        return path;
    name.resize(length);
    return utf8_path(name);
}

bool has_mode(unsigned found, unsigned asked) {
    return is_private(found) || !is_private(asked);
}

void set_mode(const std::string& path, unsigned mode, const std::vector<Sid>& insiders) {
    const std::optional<FileEntry> found = look_at(path);
    if (!found)
        throw path_error("set the mode of", path, ERROR_FILE_NOT_FOUND);
    if (found->type == FileEntry::Type::link)
        throw path_error("set the mode of", path, ERROR_CANT_ACCESS_FILE);
    set_access(path, mode, insiders);
}

void set_mode(const std::string& path, unsigned mode) {
    set_mode(path, mode, {});
}

std::string how_to_make_private(const std::string& file) {
    // The first takes back what somebody was given by name, the second what is handed down.
    return fmt::format(
        "icacls \"{0}\" /reset; then: icacls \"{0}\" /inheritance:r /grant:r \"{1}:F\" "
        "*S-1-5-18:F *S-1-5-32-544:F",
        with_backslashes(absolute(file)), name_of(user_of(::GetCurrentProcess())));
}

bool execute_bits_are_kept() {
    return false;
}

void set_owner(const std::string&, std::uint32_t) {}

} // namespace locum::platform
