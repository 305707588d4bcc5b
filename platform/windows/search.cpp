#include "platform/windows/search.hpp"

#include "platform/native.hpp"
#include "platform/windows/system.hpp"
#include "platform/windows/wide.hpp"

#include <memory>

namespace locum::platform {

namespace {

struct FindClosed {
    void operator()(void* handle) const { ::FindClose(handle); }
};

} // namespace

std::optional<std::vector<Found>> names_in(const std::string& folder) {
    const std::wstring at = wide_path(folder);
    const DWORD attributes = ::GetFileAttributesW(at.c_str());
    if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0)
        throw path_error("list", folder, ERROR_DIRECTORY);
    WIN32_FIND_DATAW found{};
    HANDLE first = ::FindFirstFileExW((at + L"\\*").c_str(), FindExInfoBasic, &found,
                                      FindExSearchNameMatch, nullptr, FIND_FIRST_EX_LARGE_FETCH);
    if (first == INVALID_HANDLE_VALUE) {
        const DWORD code = ::GetLastError();
        if (code == ERROR_FILE_NOT_FOUND && attributes != INVALID_FILE_ATTRIBUTES)
            return std::vector<Found>{}; // a drive's own folder may list nothing at all
        if (means_missing(code))
            return std::nullopt;
        throw path_error("list", folder, code);
    }
    const std::unique_ptr<void, FindClosed> search(first);
    std::vector<Found> all;
    do {
        const std::wstring_view name = found.cFileName;
        if (name != L"." && name != L"..")
            all.push_back({utf8(name), found.dwFileAttributes,
                           (std::uint64_t{found.nFileSizeHigh} << 32U) | found.nFileSizeLow});
    } while (::FindNextFileW(search.get(), &found) != 0);
    if (const DWORD code = ::GetLastError(); code != ERROR_NO_MORE_FILES)
        throw path_error("list", folder, code);
    return all;
}

} // namespace locum::platform
