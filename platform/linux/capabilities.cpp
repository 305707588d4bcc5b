// The raw system calls, since libcap would be a dependency for three of them.
#include "platform/capabilities.hpp"

#include "platform/linux/capabilities.hpp"
#include "platform/linux/system.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace locum::platform {

namespace {

using Data = std::array<__user_cap_data_struct, 2>; // 32 capabilities each

bool get(Data& data) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    return ::syscall(SYS_capget, &header, data.data()) == 0;
}

std::uint64_t permitted(const Data& data) {
    return data[0].permitted | std::uint64_t{data[1].permitted} << 32U;
}

} // namespace

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

} // namespace locum::platform
