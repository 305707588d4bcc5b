// The raw system calls, since libcap would be a dependency for three of them.
#include "platform/capabilities.hpp"

#include "platform/linux/capabilities.hpp"
#include "platform/linux/system.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <linux/capability.h>
#include <memory>
#include <netdb.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

namespace locum::platform {

namespace {

// What services ask for; not those that are as good as root.
constexpr std::array<std::pair<std::string_view, int>, 8> capabilities = {{
    {"chown", CAP_CHOWN},
    {"ipc-lock", CAP_IPC_LOCK},
    {"net-admin", CAP_NET_ADMIN},
    {"net-bind-service", CAP_NET_BIND_SERVICE},
    {"net-raw", CAP_NET_RAW},
    {"sys-nice", CAP_SYS_NICE},
    {"sys-resource", CAP_SYS_RESOURCE},
    {"sys-time", CAP_SYS_TIME},
}};

using Data = std::array<__user_cap_data_struct, 2>; // 32 capabilities each

bool get(Data& data) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    return ::syscall(SYS_capget, &header, data.data()) == 0;
}

std::uint64_t permitted(const Data& data) {
    return data[0].permitted | std::uint64_t{data[1].permitted} << 32U;
}

} // namespace

std::vector<std::string_view> capability_names() {
    std::vector<std::string_view> names;
    for (const auto& [name, number] : capabilities)
        names.push_back(name);
    return names;
}

std::optional<int> capability_number(std::string_view name) {
    const auto* found = std::find_if(capabilities.begin(), capabilities.end(),
                                     [&](const auto& known) { return known.first == name; });
    return found == capabilities.end() ? std::nullopt : std::optional(found->second);
}

bool has_capability(std::string_view name) {
    const auto number = capability_number(name);
    Data data{};
    return number && get(data) && (permitted(data) >> static_cast<unsigned>(*number) & 1U) != 0;
}

std::uint16_t first_unprivileged_port() {
    const std::string text = kernel_text("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    std::uint16_t port = 1024;
    std::from_chars(text.data(), text.data() + text.size(), port);
    return port;
}

void keep_capabilities_here() {
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
        throw path_error("clear", "the ambient capabilities of this process", errno);
}

bool keep_capabilities(std::uint64_t wanted) {
    Data data{};
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 || !get(data))
        return false;
    const std::uint64_t given = wanted & permitted(data);
    data[0].inheritable = static_cast<std::uint32_t>(given);
    data[1].inheritable = static_cast<std::uint32_t>(given >> 32U);
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    if (::syscall(SYS_capset, &header, data.data()) != 0)
        return false;
    for (unsigned long number = 0; number < 64; ++number)
        if ((given >> number & 1U) != 0 &&
            ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0) != 0)
            return false;
    return true;
}

std::string udp_port_fault(const std::string& address, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_DGRAM;
    addrinfo* found = nullptr;
    const std::string service = std::to_string(port);
    if (const int result = ::getaddrinfo(address.c_str(), service.c_str(), &hints, &found);
        result != 0)
        return ::gai_strerror(result);
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
    for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
        const Descriptor socket(::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, 0));
        if (!socket || ::bind(socket.get(), at->ai_addr, at->ai_addrlen) != 0)
            return errno == EACCES ? "" : engine::errno_text(errno); // a finding of its own
    }
    return "";
}

} // namespace locum::platform
