// Who listens on a port and who has a file open, from /proc. What another user's processes hold can
// be seen by root only: a listener is then reported without its process.
#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/linux/system.hpp"
#include "platform/native_process.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fmt/format.h>
#include <functional>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace locum::platform {

namespace {

constexpr SocketAddress mapped_v4{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};

// The kernel prints each 32-bit word of an address in the host's byte order.
std::optional<SocketAddress> parse_kernel_address(std::string_view digits) {
    SocketAddress address = digits.size() == 8 ? mapped_v4 : SocketAddress{};
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

std::vector<ListeningSocket> listening_sockets(std::uint16_t port) {
    std::vector<ListeningSocket> sockets;
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
                sockets.push_back({*address, std::nullopt, inode});
        }
    }
    return sockets;
}

void find_owner(const ListeningSocket& socket, std::optional<std::int64_t>& pid,
                std::string& program) {
    const std::string link = "socket:[" + socket.id + "]";
    each_descriptor([&](std::int64_t candidate, const std::string& path) {
        if (link_text(path) != link)
            return false;
        pid = candidate;
        program = program_of(candidate);
        return true;
    });
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
