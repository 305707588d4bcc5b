#pragma once
// Accepts connections until the process is told to stop.

#include "examples/endpoint-manager/server/connection.hpp"
#include "examples/endpoint-manager/server/stop_request.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <set>

namespace endpoint {

class Listener {
public:
    // Binds and listens; throws std::runtime_error that says which address and port it could not
    // have.
    Listener(const std::string& address, std::uint16_t port, Connection::Handler handler);

    // Serves until it is told to end, then lets requests in progress end. False: some did not end
    // within the time, and were cut off.
    bool run();

private:
    void accept();
    void end();
    void add(boost::asio::ip::tcp::socket socket);
    void stop();
    void sweep();

    boost::asio::io_context io_;
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::signal_set signals_;
    StopRequest stop_request_;
    boost::asio::steady_timer retry_;
    boost::asio::steady_timer deadline_;
    Connection::Handler handler_;
    std::vector<std::weak_ptr<Connection>> connections_;
    bool stopping_ = false;
    bool cut_ = false;
};

} // namespace endpoint
