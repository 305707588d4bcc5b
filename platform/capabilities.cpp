#include "platform/capabilities.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <utility>

namespace locum::platform {

namespace {

// What services ask for; not those that are as good as root. By Linux's numbers, which never
// change; a bundle may be built on another system.
constexpr std::array<std::pair<std::string_view, int>, 8> capabilities = {{
    {"chown", 0},
    {"ipc-lock", 14},
    {"net-admin", 12},
    {"net-bind-service", 10},
    {"net-raw", 13},
    {"sys-nice", 23},
    {"sys-resource", 24},
    {"sys-time", 25},
}};

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

std::string udp_port_fault(const std::string& address, std::uint16_t port) {
    using udp = boost::asio::ip::udp;
    boost::asio::io_context context;
    boost::system::error_code error;
    const auto found = udp::resolver(context).resolve(address, std::to_string(port), error);
    if (error)
        return error.message();
    for (const auto& one : found) {
        udp::socket socket(context);
        socket.open(one.endpoint().protocol(), error);
        if (!error)
            socket.bind(one.endpoint(), error);
        if (!error)
            continue;
        // That it may not listen on so low a port is a finding of its own.
        const bool low =
            port < first_unprivileged_port() && error == boost::system::errc::permission_denied;
        return low ? "" : error.message();
    }
    return "";
}

} // namespace locum::platform
