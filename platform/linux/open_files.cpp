// Who listens on a port and who has a file open, from /proc. What another user's processes hold can
// be seen by root only: a listener is then reported without its process.
#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/linux/system.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <cstring>
#include <fmt/format.h>
#include <functional>
#include <netdb.h>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace locum::platform {

namespace {

// Every address as IPv6; IPv4 mapped into it.
using Address = std::array<unsigned char, 16>;

constexpr Address any_v6{};
constexpr Address any_v4{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};

bool is_any(const Address& address) {
    return address == any_v6 || address == any_v4;
}

std::string text_of(const Address& address) {
    char text[INET6_ADDRSTRLEN] = {};
    if (std::equal(address.begin(), address.begin() + 12, any_v4.begin()))
        ::inet_ntop(AF_INET, address.data() + 12, text, sizeof text);
    else
        ::inet_ntop(AF_INET6, address.data(), text, sizeof text);
    return text;
}

std::vector<Address> addresses_of(const std::string& name) {
    if (name.empty())
        return {any_v6};
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int result = ::getaddrinfo(name.c_str(), nullptr, &hints, &found); result != 0)
        throw engine::Error(
            fmt::format("'{}' is not an address of this network: {}", name, ::gai_strerror(result)),
            engine::Kind::usage)
            .remedy("give an IP address or a name that resolves");
    std::vector<Address> all;
    for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
        Address address{};
        if (at->ai_family == AF_INET) {
            address = any_v4;
            std::memcpy(address.data() + 12,
                        &reinterpret_cast<const sockaddr_in*>(at->ai_addr)->sin_addr, 4);
        } else if (at->ai_family == AF_INET6) {
            std::memcpy(address.data(),
                        &reinterpret_cast<const sockaddr_in6*>(at->ai_addr)->sin6_addr, 16);
        } else {
            continue;
        }
        all.push_back(address);
    }
    ::freeaddrinfo(found);
    return all;
}

// The kernel prints each 32-bit word of an address in the host's byte order.
std::optional<Address> parse_kernel_address(std::string_view digits) {
    Address address = digits.size() == 8 ? any_v4 : any_v6;
    if (digits.size() != 8 && digits.size() != 32)
        return std::nullopt;
    unsigned char* to = address.data() + 16 - digits.size() / 2;
    for (std::size_t i = 0; i < digits.size(); i += 8, to += 4) {
        std::uint32_t word = 0;
        std::from_chars(digits.data() + i, digits.data() + i + 8, word, 16);
        std::memcpy(to, &word, 4);
    }
    return address;
}

struct Socket {
    Address address;
    std::string inode;
};

std::vector<Socket> listening(std::uint16_t port) {
    std::vector<Socket> sockets;
    for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
        std::istringstream lines(kernel_text(table));
        std::string line;
        while (std::getline(lines, line)) {
            std::istringstream fields(line);
            std::string slot, local, remote, state, queue, timer, again, user, timeout, inode;
            fields >> slot >> local >> remote >> state >> queue >> timer >> again >> user >>
                timeout >> inode;
            const std::size_t colon = local.find(':');
            if (state != "0A" || colon == std::string::npos || inode.empty())
                continue;
            const auto address = parse_kernel_address(std::string_view(local).substr(0, colon));
            if (address && std::stoul(local.substr(colon + 1), nullptr, 16) == port)
                sockets.push_back({*address, inode});
        }
    }
    return sockets;
}

// Calls f(pid, path of the link) for each open descriptor that may be seen, until it returns true.
void each_descriptor(const std::function<bool(std::int64_t, const std::string&)>& f) {
    for (const std::string& name : list_folder("/proc")) {
        std::int64_t pid = 0;
        const char* end = name.data() + name.size();
        if (std::from_chars(name.data(), end, pid).ptr != end)
            continue;
        std::vector<std::string> numbers;
        try {
            numbers = list_folder("/proc/" + name + "/fd");
        } catch (const engine::Error&) {
            continue; // another user's, or just gone
        }
        for (const std::string& number : numbers)
            if (f(pid, "/proc/" + name + "/fd/" + number))
                return;
    }
}

std::string program_of(std::int64_t pid) {
    std::string program = link_text(fmt::format("/proc/{}/exe", pid));
    if (program.empty()) {
        program = kernel_text(fmt::format("/proc/{}/comm", pid));
        program.resize(std::min(program.size(), program.find('\n')));
    }
    return program;
}

} // namespace

std::optional<Listener> listener(const std::string& address, std::uint16_t port) {
    const std::vector<Address> wanted = addresses_of(address);
    for (const Socket& socket : listening(port)) {
        const bool meets = is_any(socket.address) ||
                           std::any_of(wanted.begin(), wanted.end(), [&](const Address& one) {
                               return is_any(one) || one == socket.address;
                           });
        if (!meets)
            continue;
        Listener found{text_of(socket.address), port, std::nullopt, ""};
        const std::string link = "socket:[" + socket.inode + "]";
        each_descriptor([&](std::int64_t pid, const std::string& path) {
            if (link_text(path) != link)
                return false;
            found.pid = pid;
            found.program = program_of(pid);
            return true;
        });
        return found;
    }
    return std::nullopt;
}

std::vector<std::int64_t> holders_of(const std::string& file) {
    std::vector<std::int64_t> holders;
    struct stat wanted {};
    if (::stat(file.c_str(), &wanted) != 0)
        return holders;
    each_descriptor([&](std::int64_t pid, const std::string& path) {
        struct stat found {};
        const bool known = pid == ::getpid() || (!holders.empty() && holders.back() == pid);
        if (!known && link_text(path).starts_with('/') && ::stat(path.c_str(), &found) == 0 &&
            found.st_dev == wanted.st_dev && found.st_ino == wanted.st_ino)
            holders.push_back(pid);
        return false;
    });
    std::sort(holders.begin(), holders.end());
    return holders;
}

} // namespace locum::platform
