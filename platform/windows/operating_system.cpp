#include "platform/operating_system.hpp"

#include "platform/windows/system.hpp"
#include "platform/windows/system_table.hpp"
#include "platform/windows/wide.hpp"

#include <array>
#include <fmt/format.h>

namespace locum::platform {

namespace {

constexpr unsigned long first_build_of_11 = 22000;

// "Windows Server 2022 Standard"; "" where the registry does not say.
std::string product_name() {
    std::array<wchar_t, 256> text{};
    DWORD size = sizeof text;
    if (::RegGetValueW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion",
                       L"ProductName", RRF_RT_REG_SZ | RRF_SUBKEY_WOW6464KEY, nullptr, text.data(),
                       &size) != ERROR_SUCCESS)
        return {};
    return utf8(text.data());
}

} // namespace

OperatingSystem operating_system() {
    const SystemVersion version = system_version();
    OperatingSystem system{
        "windows", {}, fmt::format("{}.{}.{}", version.major, version.minor, version.build), ""};
    std::string name = product_name();
    // Windows 11 goes on to call itself 10 there.
    constexpr std::string_view ten = "Windows 10";
    if (!version.server && version.build >= first_build_of_11 && name.starts_with(ten))
        name.replace(0, ten.size(), "Windows 11");
    system.title = fmt::format("{} ({})", name.empty() ? "Windows" : name, system.version);
    return system;
}

std::string architecture() {
    SYSTEM_INFO info{};
    ::GetNativeSystemInfo(&info);
    switch (info.wProcessorArchitecture) {
    case PROCESSOR_ARCHITECTURE_AMD64:
        return "x86_64";
    case PROCESSOR_ARCHITECTURE_ARM64:
        return "aarch64";
    case PROCESSOR_ARCHITECTURE_INTEL:
        return "i686";
    default:
        return "";
    }
}

std::string system_name() {
    return "windows-" + architecture();
}

} // namespace locum::platform
