#include "platform/file_system.hpp"

#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/native.hpp"
#include "platform/windows/system.hpp"
#include "platform/windows/wide.hpp"

#include <array>

namespace locum::platform {

namespace {

// A number for the volume's own name, which no two have: serial numbers are the same on copies of a
// disk, and 0 where a file system has none. A share of the network has no such name, and what gives
// a drive its letter may give it none: there it is where the volume begins.
std::uint64_t device_of(const std::string& mount) {
    // With one backslash at its end, which a drive's own folder has already.
    std::wstring at = wide(with_backslashes(mount + (mount.ends_with('/') ? "" : "/")));
    ::CharUpperBuffW(at.data(), static_cast<DWORD>(at.size()));
    std::array<wchar_t, MAX_PATH> name{}; // "\\?\Volume{…}\"
    const std::string text = utf8(::GetVolumeNameForVolumeMountPointW(
                                      at.c_str(), name.data(), static_cast<DWORD>(name.size())) != 0
                                      ? name.data()
                                      : at.c_str());
    std::uint64_t number = 0;
    for (const char byte : platform::sha256(text).substr(0, 6)) // as JSON's numbers bear
        number = number << 8U | static_cast<unsigned char>(byte);
    return number;
}

} // namespace

FileSystem file_system_of(const std::string& path) {
    const std::string at = nearest_existing(path);
    const std::wstring name = wide_path(at);
    std::wstring volume(name.size() + 2, L'\0');
    if (::GetVolumePathNameW(name.c_str(), volume.data(), static_cast<DWORD>(volume.size())) == 0)
        throw path_error("tell the drive of", at, ::GetLastError());
    volume.resize(volume.find(L'\0'));
    FileSystem system;
    system.mount = without_trailing_slash(utf8_path(volume));
    system.device = device_of(system.mount);
    ULARGE_INTEGER free{};
    const std::wstring folder = is_folder(at) ? name : wide_path(parent_of(at));
    if (::GetDiskFreeSpaceExW(folder.c_str(), &free, nullptr, nullptr) == 0)
        throw path_error("ask for the free space at", at, ::GetLastError());
    system.free_bytes = free.QuadPart;
    return system;
}

} // namespace locum::platform
