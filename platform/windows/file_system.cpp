#include "platform/file_system.hpp"

#include "platform/files.hpp"
#include "platform/native.hpp"
#include "platform/windows/system.hpp"
#include "platform/windows/wide.hpp"

namespace locum::platform {

FileSystem file_system_of(const std::string& path) {
    const std::string at = nearest_existing(path);
    const std::wstring name = wide_path(at);
    std::wstring volume(name.size() + 2, L'\0');
    if (::GetVolumePathNameW(name.c_str(), volume.data(), static_cast<DWORD>(volume.size())) == 0)
        throw path_error("tell the drive of", at, ::GetLastError());
    volume.resize(volume.find(L'\0'));
    FileSystem system;
    system.mount = without_trailing_slash(utf8_path(volume));
    DWORD serial = 0;
    if (::GetVolumeInformationW(volume.c_str(), nullptr, 0, &serial, nullptr, nullptr, nullptr,
                                0) == 0)
        throw path_error("look at the drive of", at, ::GetLastError());
    system.device = serial;
    ULARGE_INTEGER free{};
    const std::wstring folder = is_folder(at) ? name : wide_path(parent_of(at));
    if (::GetDiskFreeSpaceExW(folder.c_str(), &free, nullptr, nullptr) == 0)
        throw path_error("ask for the free space at", at, ::GetLastError());
    system.free_bytes = free.QuadPart;
    return system;
}

} // namespace locum::platform
