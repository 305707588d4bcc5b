#include "platform/host.hpp"

#include "platform/linux/system.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>
#include <netinet/in.h>
#include <unistd.h>

namespace locum::platform {

namespace {

std::string first_line(const std::string& path) {
    const std::string text = kernel_text(path);
    return text.substr(0, text.find_first_of("\r\n"));
}

} // namespace

std::string host_name() {
    char name[256] = {};
    if (::gethostname(name, sizeof name - 1) != 0)
        throw path_error("read", "the host's name", errno);
    return name;
}

std::string machine_id() {
    const std::string id = first_line("/etc/machine-id");
    if (!id.empty() && id != "uninitialized") // systemd's word before the first boot
        return id;
    const std::string boot = first_line("/proc/sys/kernel/random/boot_id");
    // Containers of one kernel share its boot id; their names tell them apart.
    return (boot.empty() ? "unknown-boot" : boot) + "-" + host_name();
}

std::string boot_id() {
    const std::string boot = first_line("/proc/sys/kernel/random/boot_id");
    return boot.empty() ? "unknown-boot" : boot;
}

std::uint64_t memory_bytes() {
    return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
           static_cast<std::uint64_t>(::sysconf(_SC_PAGE_SIZE));
}

bool is_root() {
    return ::geteuid() == 0;
}

std::vector<std::string> own_addresses() {
    ifaddrs* found = nullptr;
    if (::getifaddrs(&found) != 0)
        return {};
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(found, ::freeifaddrs);
    std::vector<std::string> all, second;
    for (const ifaddrs* at = found; at != nullptr; at = at->ifa_next) {
        const int family = at->ifa_addr ? at->ifa_addr->sa_family : AF_UNSPEC;
        if ((family != AF_INET && family != AF_INET6) || (at->ifa_flags & IFF_LOOPBACK) != 0 ||
            (at->ifa_flags & IFF_UP) == 0)
            continue;
        char text[INET6_ADDRSTRLEN] = "";
        const auto* four = reinterpret_cast<const sockaddr_in*>(at->ifa_addr);
        const auto* six = reinterpret_cast<const sockaddr_in6*>(at->ifa_addr);
        if (family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&six->sin6_addr))
            continue;
        const void* bytes =
            family == AF_INET ? static_cast<const void*>(&four->sin_addr) : &six->sin6_addr;
        if (::inet_ntop(family, bytes, text, sizeof text) != nullptr)
            (family == AF_INET ? all : second).push_back(text);
    }
    all.insert(all.end(), second.begin(), second.end());
    return all;
}

std::string this_program() {
    return link_text("/proc/self/exe");
}

} // namespace locum::platform
