#include "platform/host.hpp"

#include "platform/windows/registry_key.hpp"
#include "platform/windows/system.hpp"
#include "platform/windows/system_table.hpp"
#include "platform/windows/wide.hpp"

#include <array>
#include <fmt/format.h>
#include <winsock2.h>
#include <ws2tcpip.h>
// After them.
#include <iphlpapi.h>

namespace locum::platform {

namespace {

bool is_link_local(const sockaddr& address) {
    if (address.sa_family == AF_INET6)
        return IN6_IS_ADDR_LINKLOCAL(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr);
    const std::uint32_t four = ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr);
    return four >> 16U == 0xA9FE; // 169.254.0.0/16: it got none from the network
}

std::string text_of(const sockaddr& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* bytes = &reinterpret_cast<const sockaddr_in&>(address).sin_addr;
    if (address.sa_family == AF_INET6)
        bytes = &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
    const char* found = ::inet_ntop(address.sa_family, bytes, text.data(), text.size());
    return found == nullptr ? "" : found;
}

} // namespace

std::string host_name() {
    std::array<wchar_t, 256> name{};
    auto length = static_cast<DWORD>(name.size());
    if (::GetComputerNameExW(ComputerNameDnsHostname, name.data(), &length) == 0)
        fail("cannot read the host's name");
    return utf8({name.data(), length});
}

std::string machine_id() {
    const auto key = RegistryKey::open("SOFTWARE\\Microsoft\\Cryptography");
    const std::string id = key ? key->text("MachineGuid") : "";
    return id.empty() ? boot_id() + "-" + host_name() : id;
}

std::string boot_id() {
    const std::uint64_t booted = boot_time();
    return booted == 0 ? "unknown-boot" : fmt::format("boot-{:x}", booted);
}

std::uint64_t memory_bytes() {
    MEMORYSTATUSEX status{};
    status.dwLength = sizeof status;
    return ::GlobalMemoryStatusEx(&status) != 0 ? status.ullTotalPhys : 0;
}

bool is_root() {
    HANDLE token = nullptr;
    if (::OpenProcessToken(::GetCurrentProcess(), TOKEN_QUERY, &token) == 0)
        return false;
    const Handle owner(token);
    TOKEN_ELEVATION elevation{};
    DWORD size = 0;
    return ::GetTokenInformation(token, TokenElevation, &elevation, sizeof elevation, &size) != 0 &&
           elevation.TokenIsElevated != 0;
}

std::vector<std::string> own_addresses() {
    constexpr ULONG flags =
        GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_SKIP_DNS_SERVER;
    std::vector<char> bytes(1U << 15);
    auto size = static_cast<ULONG>(bytes.size());
    ULONG result = ERROR_BUFFER_OVERFLOW;
    for (int tries = 0; tries < 4 && result == ERROR_BUFFER_OVERFLOW; ++tries) {
        bytes.resize(size);
        result =
            ::GetAdaptersAddresses(AF_UNSPEC, flags, nullptr,
                                   reinterpret_cast<IP_ADAPTER_ADDRESSES*>(bytes.data()), &size);
    }
    if (result != NO_ERROR)
        return {};
    std::vector<std::string> all, second;
    for (const auto* adapter = reinterpret_cast<const IP_ADAPTER_ADDRESSES*>(bytes.data());
         adapter != nullptr; adapter = adapter->Next) {
        if (adapter->OperStatus != IfOperStatusUp || adapter->IfType == IF_TYPE_SOFTWARE_LOOPBACK)
            continue;
        for (const auto* at = adapter->FirstUnicastAddress; at != nullptr; at = at->Next) {
            const sockaddr& address = *at->Address.lpSockaddr;
            if ((address.sa_family != AF_INET && address.sa_family != AF_INET6) ||
                is_link_local(address))
                continue;
            if (std::string text = text_of(address); !text.empty())
                (address.sa_family == AF_INET ? all : second).push_back(std::move(text));
        }
    }
    all.insert(all.end(), second.begin(), second.end());
    return all;
}

std::string this_program() {
    std::wstring path(32768, L'\0');
    const DWORD length =
        ::GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size()));
    return utf8_path(std::wstring_view(path).substr(0, length));
}

} // namespace locum::platform
