#include "platform/files.hpp"

#include "platform/native.hpp"
#include "platform/tree.hpp"
#include "platform/windows/made_names.hpp"
#include "platform/windows/moved_aside.hpp"
#include "platform/windows/pointer_file.hpp"
#include "platform/windows/reparse.hpp"
#include "platform/windows/search.hpp"
#include "platform/windows/wide.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::platform {

namespace {

// Virus scanners and indexers open what was just written, for moments.
constexpr DWORD wait_ms = 20;
constexpr int tries = 100;

bool is_passing(DWORD code) {
    return code == ERROR_ACCESS_DENIED || code == ERROR_SHARING_VIOLATION ||
           code == ERROR_LOCK_VIOLATION || code == ERROR_DIR_NOT_EMPTY;
}

// Does it again while something that passes is in the way; ERROR_SUCCESS, or the last code.
template <class Call>
DWORD patiently(Call call) {
    DWORD code = call();
    for (int again = 1; is_passing(code) && again < tries; ++again) {
        ::Sleep(wait_ms);
        code = call();
    }
    return code;
}

DWORD attributes_of(const std::wstring& path) {
    return ::GetFileAttributesW(path.c_str());
}

bool is_file(const std::wstring& path) {
    const DWORD found = attributes_of(path);
    return found != INVALID_FILE_ATTRIBUTES && (found & FILE_ATTRIBUTE_DIRECTORY) == 0;
}

DWORD move(const std::wstring& from, const std::wstring& to) {
    constexpr DWORD how = MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH;
    return ::MoveFileExW(from.c_str(), to.c_str(), how) != 0 ? ERROR_SUCCESS : ::GetLastError();
}

// Who holds a file so can hold up its renaming; the one in its way is not touched before.
DWORD opened_for_renaming(const std::wstring& file) {
    constexpr DWORD shared = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    return Handle(::CreateFileW(file.c_str(), DELETE, shared, nullptr, OPEN_EXISTING,
                                FILE_FLAG_OPEN_REPARSE_POINT, nullptr))
               ? ERROR_SUCCESS
               : ::GetLastError();
}

// Over a program that runs, and whatever else can be renamed, but not replaced: nothing has the
// name for a moment. Where the new file cannot have it, the old one has it again.
DWORD move_over_used(std::string_view doing, const std::wstring& from, const std::wstring& to) {
    std::wstring aside;
    if (const DWORD code = move_aside(to, to, aside); code != ERROR_SUCCESS)
        return code;
    const DWORD code = patiently([&] { return move(from, to); });
    if (code == ERROR_SUCCESS) {
        delete_aside(aside);
        return code;
    }
    if (patiently([&] { return move(aside, to); }) != ERROR_SUCCESS)
        throw path_error(doing, utf8_path(to), code)
            .remedy(
                fmt::format("rename {} to {}: it is the old one", utf8_path(aside), utf8_path(to)));
    return code;
}

// beside: where what is in use is moved to, out of the folder that is removed.
void remove(const std::string& path, const std::wstring& beside) {
    const std::wstring name = wide_path(path);
    const DWORD found = attributes_of(name);
    if (found == INVALID_FILE_ATTRIBUTES) {
        const DWORD code = ::GetLastError();
        if (means_missing(code))
            return;
        throw path_error("remove", path, code);
    }
    if ((found & FILE_ATTRIBUTE_DIRECTORY) == 0) {
        DWORD code = delete_file(name);
        std::wstring aside;
        if (is_passing(code) && (code = move_aside(name, beside, aside)) == ERROR_SUCCESS)
            delete_aside(aside);
        if (is_passing(code))
            throw in_use("remove", path, code);
        if (code != ERROR_SUCCESS && code != ERROR_FILE_NOT_FOUND)
            throw path_error("remove", path, code);
        return;
    }
    if ((found & FILE_ATTRIBUTE_REPARSE_POINT) == 0)
        for (const Found& one : names_in(path).value_or(std::vector<Found>{}))
            remove(path + "/" + one.name, beside);
    if ((found & FILE_ATTRIBUTE_READONLY) != 0)
        ::SetFileAttributesW(name.c_str(), FILE_ATTRIBUTE_NORMAL);
    const DWORD code = patiently([&]() -> DWORD {
        return ::RemoveDirectoryW(name.c_str()) != 0 ? ERROR_SUCCESS : ::GetLastError();
    });
    if (code != ERROR_SUCCESS && code != ERROR_FILE_NOT_FOUND)
        throw path_error("remove the folder", path, code);
}

} // namespace

bool exists(const std::string& path) {
    return attributes_of(wide_path(path)) != INVALID_FILE_ATTRIBUTES;
}

bool is_regular_file(const std::string& path) {
    return is_file(wide_path(path));
}

void remove_all(const std::string& path) {
    const std::string at = absolute(path);
    remove(at, wide_path(at));
    sweep(at);
}

void replace(std::string_view doing, const std::string& from, const std::string& to) {
    require_name_for_windows(to);
    const std::wstring source = wide_path(from);
    const std::wstring target = wide_path(to);
    const bool over_file = is_file(target);
    const bool over_nothing = attributes_of(target) == INVALID_FILE_ATTRIBUTES;
    const bool by_file = over_file && is_file(source);
    DWORD code = by_file ? patiently([&] { return opened_for_renaming(source); }) : ERROR_SUCCESS;
    if (is_passing(code))
        throw in_use(doing, from, code);
    if (!by_file || replace_file(source, target) != ERROR_SUCCESS)
        code = move(source, target);
    if (is_passing(code) && by_file) {
        code = move_over_used(doing, source, target);
        if (code == ERROR_SUCCESS)
            sweep(absolute(to));
    } else if (is_passing(code) && over_nothing) {
        code = patiently([&] { return move(source, target); });
    }
    if (is_passing(code))
        throw in_use(doing, to, code);
    if (code != ERROR_SUCCESS)
        throw path_error(doing, to, code);
}

void switch_link(const std::string& link, const std::string& target) {
    const std::optional<FileEntry> there = look_at(link);
    if (there && there->type != FileEntry::Type::link)
        throw in_the_way("replace the link", link);
    if (!target.empty())
        write_file(link, pointer_text(target), 0644);
    else if (there)
        remove_all(link);
}

std::string read_link(const std::string& link) {
    const DWORD found = attributes_of(wide_path(link));
    if (found == INVALID_FILE_ATTRIBUTES) {
        const DWORD code = ::GetLastError();
        if (means_missing(code))
            return "";
        throw path_error("read the link", link, code);
    }
    return (found & FILE_ATTRIBUTE_REPARSE_POINT) != 0 ? reparse_target(link) : pointed_to(link);
}

std::vector<std::string> list_folder(const std::string& path) {
    std::vector<std::string> names;
    for (const Found& one : names_in(path).value_or(std::vector<Found>{}))
        names.push_back(one.name);
    std::sort(names.begin(), names.end());
    return names;
}

void sync_folder(const std::string& path) {
    // What a folder holds is in the file system's own journal, and renames are written through; no
    // call of Windows syncs a folder. That it is there is asked as elsewhere.
    if (!is_folder(path))
        throw path_error("open", path, exists(path) ? ERROR_DIRECTORY : ERROR_PATH_NOT_FOUND);
}

std::string native_name(const std::string& path) {
    return utf8(wide_path(path));
}

std::string temporary_folder() {
    std::wstring folder(32768, L'\0');
    folder.resize(::GetTempPathW(static_cast<DWORD>(folder.size()), folder.data()));
    if (folder.empty())
        fail("cannot tell the folder for temporary files");
    return absolute(utf8(folder));
}

} // namespace locum::platform
