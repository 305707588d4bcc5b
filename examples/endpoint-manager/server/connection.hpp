#pragma once
// One client's connection: reads requests one after another, and writes their answers.

#include "examples/endpoint-manager/server/request_reader.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <functional>
#include <memory>

namespace endpoint {

class Connection : public std::enable_shared_from_this<Connection> {
public:
    using Reply = std::function<void(Response)>; // callable once, from any thread
    struct Handler {
        std::function<void(Request, Reply)> request;
        std::function<Response(const std::string&)> bad_request; // what to answer to no HTTP
    };

    Connection(boost::asio::ip::tcp::socket socket, const Handler& handler);
    void start();
    // Closes it now, or after the answer to the request that is being received or worked on. A
    // connection that has sent nothing yet may have its first request under way, so it gets a
    // moment.
    void finish();

private:
    void read();
    void received(std::size_t size);
    void respond(const Response& response, bool keep_alive);
    void limit(std::chrono::milliseconds time);
    void close();

    boost::asio::ip::tcp::socket socket_;
    boost::asio::steady_timer timer_;
    const Handler& handler_;
    RequestReader reader_;
    std::array<char, 8192> buffer_{};
    std::string output_;
    bool fresh_ = true;    // no request was answered yet
    bool working_ = false; // between a request's last byte and its answer's
    bool finishing_ = false;
};

} // namespace endpoint
