#include "engine/error.hpp"
#include "platform/host.hpp"
#include "platform/native_process.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>

namespace locum::platform {

namespace {

namespace ip = boost::asio::ip;

SocketAddress bytes_of(const ip::address& address) {
    if (address.is_v4())
        return ip::make_address_v6(ip::v4_mapped, address.to_v4()).to_bytes();
    return address.to_v6().to_bytes();
}

ip::address plain(const SocketAddress& bytes) {
    const ip::address_v6 address(bytes);
    if (address.is_v4_mapped())
        return ip::make_address_v4(ip::v4_mapped, address);
    return address;
}

bool is_any(const SocketAddress& address) {
    return plain(address).is_unspecified();
}

std::vector<SocketAddress> addresses_to_meet(const std::string& name) {
    if (name.empty())
        return {SocketAddress{}};
    boost::asio::io_context context;
    boost::system::error_code error;
    const auto found = ip::tcp::resolver(context).resolve(name, "", error);
    if (error)
        throw engine::Error(
            fmt::format("'{}' is not an address of this network: {}", name, error.message()),
            engine::Kind::usage)
            .remedy("give an IP address or a name that resolves");
    std::vector<SocketAddress> all;
    for (const auto& one : found)
        all.push_back(bytes_of(one.endpoint().address()));
    return all;
}

} // namespace

std::optional<Listener> listener(const std::string& address, std::uint16_t port) {
    const std::vector<SocketAddress> wanted = addresses_to_meet(address);
    for (const ListeningSocket& socket : listening_sockets(port)) {
        const bool meets = is_any(socket.address) ||
                           std::any_of(wanted.begin(), wanted.end(), [&](const SocketAddress& one) {
                               return is_any(one) || one == socket.address;
                           });
        if (!meets)
            continue;
        Listener found{plain(socket.address).to_string(), port, socket.pid, ""};
        find_owner(socket, found.pid, found.program);
        return found;
    }
    return std::nullopt;
}

} // namespace locum::platform
