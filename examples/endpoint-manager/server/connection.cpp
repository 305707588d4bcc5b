#include "examples/endpoint-manager/server/connection.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

namespace endpoint {
namespace {

// Longer than a balancer keeps an unused connection, so that it is the one that closes it.
constexpr std::chrono::seconds idle_limit{120};
constexpr std::chrono::seconds transfer_limit{10};
// For a request's work; the database's own limits are shorter.
constexpr std::chrono::seconds work_limit{30};
// For the first request of a connection that was opened just before the end.
constexpr std::chrono::milliseconds first_request_limit{200};

} // namespace

Connection::Connection(boost::asio::ip::tcp::socket socket, const Handler& handler) :
    socket_(std::move(socket)), timer_(socket_.get_executor()), handler_(handler) {
    boost::system::error_code ignored;
    socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
}

void Connection::start() {
    read();
}

void Connection::finish() {
    finishing_ = true;
    if (working_ || reader_.partial()) {
        return;
    }
    if (fresh_) {
        limit(first_request_limit);
    } else {
        close();
    }
}

void Connection::limit(std::chrono::milliseconds time) {
    timer_.expires_after(time);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        if (const auto self = weak.lock(); self && !error) {
            self->close();
        }
    });
}

void Connection::close() {
    boost::system::error_code ignored;
    timer_.cancel();
    socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
}

void Connection::read() {
    limit(reader_.partial() ? transfer_limit : idle_limit);
    socket_.async_read_some(
        boost::asio::buffer(buffer_),
        [self = shared_from_this()](const boost::system::error_code& error, std::size_t size) {
            if (error) {
                self->close();
            } else {
                self->received(size);
            }
        });
}

void Connection::received(std::size_t size) {
    reader_.put({buffer_.data(), size});
    std::optional<Request> request;
    try {
        request = reader_.next();
    } catch (const std::exception& error) {
        respond(handler_.bad_request(error.what()), false);
        return;
    }
    if (!request) {
        read();
        return;
    }
    working_ = true;
    limit(work_limit);
    const bool keep_alive = request->keep_alive;
    handler_.request(std::move(*request),
                     [self = shared_from_this(), keep_alive](Response response) {
                         boost::asio::post(self->socket_.get_executor(),
                                           [self, keep_alive, response = std::move(response)] {
                                               self->respond(response, keep_alive);
                                           });
                     });
}

void Connection::respond(const Response& response, bool keep_alive) {
    const bool stays = keep_alive && !finishing_;
    output_ = serialized(response, stays);
    limit(transfer_limit);
    boost::asio::async_write(
        socket_, boost::asio::buffer(output_),
        [self = shared_from_this(), stays](const boost::system::error_code& error, std::size_t) {
            self->working_ = false;
            self->fresh_ = false;
            if (error || !stays || (self->finishing_ && !self->reader_.partial())) {
                self->close();
            } else {
                self->received(0); // the next request may be here already
            }
        });
}

} // namespace endpoint
