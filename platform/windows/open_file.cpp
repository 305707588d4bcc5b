#include "platform/open_file.hpp"

#include "platform/windows/acl.hpp"
#include "platform/windows/made_names.hpp"
#include "platform/windows/pointer_file.hpp"
#include "platform/windows/wide.hpp"

#include <algorithm>

namespace locum::platform {

namespace {

using Use = OpenFile::Use;

constexpr DWORD shared = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
// Far beyond every text, since a range that is locked cannot be read by others.
constexpr DWORD lock_offset_high = 0x40000000;

HANDLE handle_of(std::intptr_t native) {
    return reinterpret_cast<HANDLE>(native);
}

struct Call {
    DWORD access = GENERIC_READ;
    DWORD creation = OPEN_EXISTING;
    // So that a folder is opened as well and can be told from what may not be read.
    DWORD flags = FILE_FLAG_BACKUP_SEMANTICS;
};

Call call_for(Use use) {
    switch (use) {
    case Use::read:
    case Use::input:
        break;
    case Use::read_itself:
        return {GENERIC_READ, OPEN_EXISTING,
                FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT};
    case Use::sync: // FlushFileBuffers is for who may write
        return {GENERIC_READ | GENERIC_WRITE, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL};
    case Use::make:
        return {GENERIC_WRITE, CREATE_NEW, FILE_ATTRIBUTE_NORMAL};
    case Use::append:
        return {GENERIC_READ | FILE_APPEND_DATA, OPEN_ALWAYS, FILE_FLAG_OPEN_REPARSE_POINT};
    case Use::update:
        return {GENERIC_READ | GENERIC_WRITE, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL};
    }
    return {};
}

bool makes(Use use) {
    return use == Use::make || use == Use::append || use == Use::update;
}

bool is_link(HANDLE file, const std::string& path) {
    BY_HANDLE_FILE_INFORMATION facts{};
    if (::GetFileInformationByHandle(file, &facts) == 0)
        return false;
    return (facts.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 ||
           (facts.nFileSizeHigh == 0 && facts.nFileSizeLow == pointer_size &&
            !pointed_to(path).empty());
}

OVERLAPPED at_offset(std::uint64_t offset) {
    OVERLAPPED position{};
    position.Offset = static_cast<DWORD>(offset);
    position.OffsetHigh = static_cast<DWORD>(offset >> 32U);
    return position;
}

} // namespace

std::optional<OpenFile> OpenFile::find(std::string_view doing, const std::string& path, Use use,
                                       unsigned mode, const std::string& shown) {
    const std::string& name = shown.empty() ? path : shown;
    if (makes(use))
        require_name_for_windows(path);
    const Call call = call_for(use);
    Handle file(::CreateFileW(wide_path(path).c_str(), call.access, shared,
                              makes(use) ? attributes_for(mode, false) : nullptr, call.creation,
                              call.flags, nullptr));
    if (!file) {
        const DWORD code = ::GetLastError();
        if (use == Use::make ? code == ERROR_FILE_EXISTS || code == ERROR_ALREADY_EXISTS
                             : means_missing(code))
            return std::nullopt;
        throw path_error(doing, name, code);
    }
    if ((use == Use::read_itself || use == Use::append) && is_link(file.get(), path))
        throw path_error(doing, name, ERROR_CANT_ACCESS_FILE);
    OpenFile opened = adopt(reinterpret_cast<std::intptr_t>(file.release()), name);
    opened.at_end_ = use == Use::append || use == Use::update;
    return opened;
}

OpenFile OpenFile::open(std::string_view doing, const std::string& path, Use use, unsigned mode,
                        const std::string& shown) {
    if (auto file = find(doing, path, use, mode, shown))
        return std::move(*file);
    throw path_error(doing, shown.empty() ? path : shown, ::GetLastError());
}

void OpenFile::close() {
    if (native_ != none)
        ::CloseHandle(handle_of(std::exchange(native_, none)));
}

void OpenFile::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto most = static_cast<DWORD>(std::min<std::size_t>(bytes.size(), 1U << 30));
        OVERLAPPED end{};
        end.Offset = 0xffffffff;
        end.OffsetHigh = 0xffffffff;
        DWORD count = 0;
        if (::WriteFile(handle_of(native_), bytes.data(), most, &count, at_end_ ? &end : nullptr) ==
            0)
            throw path_error("write", shown_, ::GetLastError());
        bytes.remove_prefix(count);
    }
}

std::size_t OpenFile::read(char* into, std::size_t most) const {
    DWORD count = 0;
    const auto asked = static_cast<DWORD>(std::min<std::size_t>(most, 1U << 30));
    if (::ReadFile(handle_of(native_), into, asked, &count, nullptr) == 0) {
        const DWORD code = ::GetLastError();
        if (code != ERROR_HANDLE_EOF && code != ERROR_BROKEN_PIPE)
            throw path_error("read", shown_, code);
        return 0;
    }
    return count;
}

std::size_t OpenFile::read_at(std::uint64_t offset, char* into, std::size_t count) const {
    std::size_t done = 0;
    while (done < count) {
        OVERLAPPED position = at_offset(offset + done);
        DWORD got = 0;
        const auto asked = static_cast<DWORD>(std::min<std::size_t>(count - done, 1U << 30));
        if (::ReadFile(handle_of(native_), into + done, asked, &got, &position) == 0) {
            const DWORD code = ::GetLastError();
            if (code != ERROR_HANDLE_EOF)
                throw path_error("read", shown_, code);
            break;
        }
        if (got == 0)
            break;
        done += got;
    }
    return done;
}

std::uint64_t OpenFile::begin_copy(const OpenFile&) {
    return 0;
}

std::uint64_t OpenFile::size() const {
    LARGE_INTEGER size{};
    if (::GetFileSizeEx(handle_of(native_), &size) == 0)
        throw path_error("read", shown_, ::GetLastError());
    return static_cast<std::uint64_t>(size.QuadPart);
}

bool OpenFile::is_regular() const {
    if (::GetFileType(handle_of(native_)) != FILE_TYPE_DISK)
        return false;
    BY_HANDLE_FILE_INFORMATION facts{};
    if (::GetFileInformationByHandle(handle_of(native_), &facts) == 0)
        throw path_error("read", shown_, ::GetLastError());
    return (facts.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0;
}

void OpenFile::cut(std::uint64_t size) {
    FILE_END_OF_FILE_INFO end{};
    end.EndOfFile.QuadPart = static_cast<LONGLONG>(size);
    if (::SetFileInformationByHandle(handle_of(native_), FileEndOfFileInfo, &end, sizeof end) == 0)
        throw path_error("cut", shown_, ::GetLastError());
}

void OpenFile::sync() {
    if (::FlushFileBuffers(handle_of(native_)) == 0)
        throw path_error("write to disk (FlushFileBuffers)", shown_, ::GetLastError());
}

bool OpenFile::lock() {
    OVERLAPPED position{};
    position.OffsetHigh = lock_offset_high;
    if (::LockFileEx(handle_of(native_), LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 1,
                     0, &position) != 0)
        return true;
    const DWORD code = ::GetLastError();
    if (code != ERROR_LOCK_VIOLATION && code != ERROR_IO_PENDING)
        throw path_error("lock", shown_, code);
    return false;
}

} // namespace locum::platform
