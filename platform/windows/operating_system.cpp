#include "platform/operating_system.hpp"

#include "platform/windows/registry_key.hpp"
#include "platform/windows/system_table.hpp"

#include <fmt/format.h>

namespace locum::platform {

namespace {

constexpr unsigned long first_build_of_11 = 22000;

// "Windows Server 2022 Standard"; "" where the registry does not say.
std::string product_name() {
    const auto key = RegistryKey::open("SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion");
    return key ? key->text("ProductName") : "";
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
