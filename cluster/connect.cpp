#include "cluster/connect.hpp"

#include "token/network_token.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>
#include <future>
#include <thread>

namespace locum::cluster {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

struct Resolved {
    std::vector<tcp::endpoint> endpoints;
    error_code error;
};

Resolved look_up(const token::Address& to) {
    Resolved resolved;
    asio::io_context io;
    for (const auto& entry : tcp::resolver(io).resolve(
             to.host, to.port, tcp::resolver::numeric_service, resolved.error))
        resolved.endpoints.push_back(entry.endpoint());
    return resolved;
}

// The system's resolver cannot be told how long it may take, nor be interrupted. It asks in a
// thread of its own, which is left to itself where it takes too long: it owns all that it uses.
Resolved resolve(const token::Address& to, Clock::time_point deadline) {
    error_code is_name;
    const auto numeric = asio::ip::make_address(to.host, is_name);
    if (!is_name)
        return {{{numeric, static_cast<std::uint16_t>(std::stoi(to.port))}}, {}};
    std::packaged_task<Resolved()> task([to] { return look_up(to); });
    std::future<Resolved> answer = task.get_future();
    std::thread(std::move(task)).detach();
    if (answer.wait_until(deadline) != std::future_status::ready)
        return {{}, asio::error::timed_out};
    return answer.get();
}

error_code connect(asio::io_context& io, tcp::socket& socket, const tcp::endpoint& to,
                   Clock::time_point deadline) {
    error_code result = asio::error::timed_out;
    error_code ignored;
    socket.close(ignored); // of the endpoint before this one
    io.restart();
    socket.async_connect(to, [&result](error_code error) { result = error; });
    io.run_until(deadline);
    if (io.stopped())
        return result;
    socket.close(ignored);
    io.run(); // what was begun refers to `result`
    return asio::error::timed_out;
}

} // namespace

std::string connect(asio::io_context& io, tcp::socket& socket, const std::string& address,
                    std::chrono::milliseconds limit) {
    const token::Address to = token::parse_address(address);
    const Clock::time_point deadline = Clock::now() + limit;
    const auto told = [&](const char* what, const error_code& error) {
        return error == asio::error::timed_out ? fmt::format("{} within {} ms", what, limit.count())
                                               : error.message();
    };
    Resolved resolved = resolve(to, deadline);
    if (resolved.error)
        return told("its name was not resolved", resolved.error);
    error_code error = asio::error::host_not_found;
    auto left = static_cast<std::int64_t>(resolved.endpoints.size());
    for (const tcp::endpoint& endpoint : resolved.endpoints) {
        // One of several that says nothing must leave time for the others.
        const Clock::time_point now = Clock::now();
        error = connect(io, socket, endpoint, now + (deadline - now) / left--);
        if (!error)
            return "";
    }
    return told("it did not answer", error);
}

std::string connection_fault(const std::string& address, std::chrono::milliseconds limit) {
    asio::io_context io;
    tcp::socket socket(io);
    return connect(io, socket, address, limit);
}

} // namespace locum::cluster
