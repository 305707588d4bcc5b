#pragma once
// TCP connections that are made within a time or not at all, for probes and for what a host must
// reach. Not tcp::iostream's own connect(): where its time is over, it says that it is connected,
// and a name's resolution has no limit there.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <string>

namespace locum::cluster {

// Connects the socket, which is of `io`, to "HOST:PORT" within the limit, resolution included.
// Empty: it is connected; else why not. Throws Error(usage) where the text is no address.
std::string connect(boost::asio::io_context& io, boost::asio::ip::tcp::socket& socket,
                    const std::string& address, std::chrono::milliseconds limit);

// The same, for whether a connection can be made.
std::string connection_fault(const std::string& address, std::chrono::milliseconds limit);

} // namespace locum::cluster
