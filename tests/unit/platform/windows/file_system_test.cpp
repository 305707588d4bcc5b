#include "platform/file_system.hpp"
#include "platform/hash.hpp"
#include "platform/windows/system.hpp"
#include "platform/windows/wide.hpp"

#include <array>
#include <doctest/doctest.h>

using namespace locum::platform;

TEST_CASE("file system: a drive's number is of the name that its volume has") {
    const FileSystem drive = file_system_of("C:/");
    CHECK(drive.mount == "C:/");
    CHECK(file_system_of("C:/windows").device == drive.device);
    std::array<wchar_t, MAX_PATH> name{};
    REQUIRE(::GetVolumeNameForVolumeMountPointW(L"C:\\", name.data(),
                                                static_cast<DWORD>(name.size())) != 0);
    std::uint64_t number = 0;
    for (const char byte : sha256(utf8(name.data())).substr(0, 6))
        number = number << 8U | static_cast<unsigned char>(byte);
    CHECK(drive.device == number);
}
