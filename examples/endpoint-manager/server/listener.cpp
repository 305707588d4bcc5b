#include "examples/endpoint-manager/server/listener.hpp"
#include "examples/endpoint-manager/server/log.hpp"

#include <fmt/format.h>

#include <csignal>
#include <stdexcept>

namespace endpoint {
namespace {

using boost::asio::ip::tcp;

// A stop takes a second at most; this leaves room for closing the database.
constexpr std::chrono::milliseconds stop_limit{700};
constexpr std::chrono::milliseconds accept_again{100};
constexpr std::chrono::milliseconds sweep_again{10};

} // namespace

Listener::Listener(const std::string& address, std::uint16_t port, Connection::Handler handler) :
    io_(1), acceptor_(io_), signals_(io_, SIGTERM, SIGINT), stop_request_(io_, [this] { end(); }),
    retry_(io_), deadline_(io_), handler_(std::move(handler)) {
#ifdef SIGBREAK // what CTRL_BREAK is to a program
    signals_.add(SIGBREAK);
#endif
    try {
        const tcp::endpoint endpoint(boost::asio::ip::make_address(address), port);
        acceptor_.open(endpoint.protocol());
        acceptor_.set_option(tcp::acceptor::reuse_address(true));
        acceptor_.bind(endpoint);
        acceptor_.listen();
        acceptor_.non_blocking(true);
    } catch (const boost::system::system_error& error) {
        throw std::runtime_error(
            fmt::format("cannot listen on {}:{}: {}", address, port, error.code().message()));
    }
}

bool Listener::run() {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
        if (!error) {
            end();
        }
    });
    accept();
    io_.run();
    return !cut_;
}

void Listener::end() {
    if (stopping_) {
        return;
    }
    stop();
    signals_.cancel();
    stop_request_.cancel();
    deadline_.expires_after(stop_limit);
    deadline_.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled) {
            cut_ = true;
            io_.stop();
        }
    });
    sweep();
}

void Listener::accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
        if (stopping_ || error == boost::asio::error::operation_aborted) {
            return;
        }
        if (!error) {
            add(std::move(socket));
            accept();
            return;
        }
        // Out of descriptors: some will come back when clients go.
        log(fmt::format("cannot accept a connection: {}", error.message()));
        retry_.expires_after(accept_again);
        retry_.async_wait([this](const boost::system::error_code& cancelled) {
            if (!cancelled) {
                accept();
            }
        });
    });
}

void Listener::add(tcp::socket socket) {
    auto connection = std::make_shared<Connection>(std::move(socket), handler_);
    connection->start();
    if (connections_.size() == connections_.capacity()) {
        std::erase_if(connections_, [](const auto& weak) { return weak.expired(); });
    }
    connections_.push_back(connection);
}

void Listener::stop() {
    stopping_ = true;
    // Clients in the backlog believe that they are connected: serve them too.
    boost::system::error_code error;
    for (tcp::socket socket(io_); !acceptor_.accept(socket, error) && !error;
         socket = tcp::socket(io_)) {
        add(std::move(socket));
    }
    acceptor_.close(error);
    retry_.cancel();
    for (const auto& weak : connections_) {
        if (const auto connection = weak.lock()) {
            connection->finish();
        }
    }
}

// Ends the run as soon as the last connection is gone.
void Listener::sweep() {
    std::erase_if(connections_, [](const auto& weak) { return weak.expired(); });
    if (connections_.empty()) {
        deadline_.cancel();
        return;
    }
    retry_.expires_after(sweep_again);
    retry_.async_wait([this](const boost::system::error_code&) { sweep(); });
}

} // namespace endpoint
