#pragma once
// Files that are in use: Windows lets a program's file, or one that was opened for it, be renamed,
// but neither replaced nor deleted.

#include "platform/in_use.hpp"
#include "platform/windows/system.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace locum::platform {

// Its name is free at once where the file system can do that, else when the last who has it open
// closes it. Takes the read-only attribute off. ERROR_SUCCESS, or why not.
DWORD delete_file(const std::wstring& file);
// Renames; the file at `to` is replaced in the same moment, also where it is open for somebody who
// lets it be deleted. No program that runs. ERROR_SUCCESS, or why not: NTFS has this since Windows
// 10 1607, other file systems may not.
DWORD replace_file(const std::wstring& from, const std::wstring& to);
// What it hands over to FileRenameInfoEx: a FILE_RENAME_INFO.
std::vector<std::byte> rename_info(const std::wstring& to);
// Renames the file to a fresh name beside `beside`, which is in `aside` then. ERROR_SUCCESS, or why
// it still has its name.
DWORD move_aside(const std::wstring& file, const std::wstring& beside, std::wstring& aside);
// Removes what was moved aside, at the next start of the system at the latest.
void delete_aside(const std::wstring& aside);
// By its name, which nothing else has.
bool is_moved_aside(const std::string& path);
// Removes what was moved aside earlier beside it and is in use no longer.
void sweep(const std::string& beside);
// path_error(), with the processes that have the file open where they can be told.
InUse in_use(std::string_view doing, const std::string& path, DWORD code);

} // namespace locum::platform
