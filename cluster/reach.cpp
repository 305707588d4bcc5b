#include "cluster/reach.hpp"

#include "cluster/connect.hpp"
#include "engine/error.hpp"
#include "platform/hash.hpp"
#include "platform/socket.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <future>
#include <nlohmann/json.hpp>
#include <thread>

namespace locum::cluster {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

namespace {

// "" where the other end says the greeting before the time is over.
std::string hear(asio::io_context& io, tcp::socket& socket, const std::string& greeting,
                 Clock::time_point deadline) {
    std::string said(greeting.size(), '\0');
    error_code result = asio::error::timed_out;
    io.restart();
    asio::async_read(socket, asio::buffer(said),
                     [&result](error_code error, std::size_t) { result = error; });
    io.run_until(deadline);
    if (!io.stopped()) {
        error_code ignored;
        socket.close(ignored);
        io.run(); // what was begun refers to `said`
        return "it accepts the connection and says nothing: something on the way answers for it";
    }
    if (result || said != greeting)
        return "another one answers there";
    return "";
}

std::optional<Unreached> attempt(const Reach& to, std::chrono::milliseconds limit) {
    const Clock::time_point deadline = Clock::now() + limit;
    asio::io_context io;
    tcp::socket socket(io);
    std::string why = connect(io, socket, to.address, limit);
    const bool refused = why == error_code(asio::error::connection_refused).message();
    if (why.empty() && !to.greeting.empty())
        why = hear(io, socket, to.greeting, deadline);
    if (why.empty())
        return std::nullopt;
    return Unreached{to, why, refused};
}

} // namespace

std::vector<Unreached> unreached(const std::vector<Reach>& wanted,
                                 std::chrono::milliseconds limit) {
    std::vector<std::future<std::optional<Unreached>>> tried;
    for (const Reach& to : wanted)
        tried.push_back(
            std::async(std::launch::async, [&to, limit] { return attempt(to, limit); }));
    std::vector<Unreached> failed;
    for (auto& one : tried)
        if (std::optional<Unreached> fault = one.get())
            failed.push_back(std::move(*fault));
    return failed;
}

namespace {

json value_of(const Reach& to) {
    return {{"what", to.what}, {"address", to.address}, {"greeting", to.greeting}};
}

Reach reach_of(const json& value) {
    return {value.at("what"), value.at("address"), value.value("greeting", "")};
}

} // namespace

std::string to_json(const std::vector<Reach>& wanted) {
    json all = json::array();
    for (const Reach& to : wanted)
        all.push_back(value_of(to));
    return all.dump();
}

std::vector<Reach> reaches_from_json(const std::string& text) {
    std::vector<Reach> all;
    for (const json& value : json::parse(text))
        all.push_back(reach_of(value));
    return all;
}

std::string to_json(const std::vector<Unreached>& unreached) {
    json all = json::array();
    for (const Unreached& one : unreached)
        all.push_back({{"to", value_of(one.to)}, {"why", one.why}, {"refused", one.refused}});
    return all.dump();
}

std::vector<Unreached> unreached_from_json(const std::string& text) {
    std::vector<Unreached> all;
    for (const json& value : json::parse(text))
        all.push_back({reach_of(value.at("to")), value.at("why"), value.at("refused")});
    return all;
}

std::string endpoint(const std::string& host, std::uint16_t port) {
    return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                               : fmt::format("[{}]:{}", host, port);
}

std::string plain_address(const std::string& host) {
    error_code is_name;
    const auto address = asio::ip::make_address(host, is_name);
    return is_name ? host : address.to_string();
}

struct Greeter::State {
    // A caller that was greeted closes first, so that no connection of this end lingers on the port
    // that the agent will have.
    struct Guest : std::enable_shared_from_this<Guest> {
        Guest(tcp::socket&& from, const std::string& greeting) :
            socket(std::move(from)), text(greeting) {}
        void greet() {
            auto self = shared_from_this();
            asio::async_write(socket, asio::buffer(text), [self](error_code error, std::size_t) {
                if (!error)
                    self->await_end();
            });
        }
        void await_end() {
            auto self = shared_from_this();
            socket.async_read_some(asio::buffer(end), [self](error_code, std::size_t) {});
        }
        tcp::socket socket;
        std::string text;
        char end[1] = {};
    };

    asio::io_context io;
    tcp::acceptor acceptor{io};
    std::string greeting = "locum-here-" + platform::hex(platform::random_bytes(16));
    std::thread thread;

    void accept() {
        acceptor.async_accept([this](error_code error, tcp::socket socket) {
            if (error)
                return;
            std::make_shared<Guest>(std::move(socket), greeting)->greet();
            accept();
        });
    }
};

Greeter::Greeter(const std::string& address, std::uint16_t port) :
    state_(std::make_unique<State>()) {
    error_code error;
    const auto found = tcp::resolver(state_->io).resolve(address, std::to_string(port), error);
    if (!error) {
        const tcp::endpoint at = found.begin()->endpoint();
        state_->acceptor.open(at.protocol(), error);
        if (!error)
            state_->acceptor.set_option(
                tcp::acceptor::reuse_address(platform::listener_reuses_address()), error);
        if (!error)
            state_->acceptor.bind(at, error);
        if (!error)
            state_->acceptor.listen(asio::socket_base::max_listen_connections, error);
    }
    if (error)
        throw engine::Error(
            fmt::format("cannot listen at {}: {}", endpoint(address, port), error.message()))
            .remedy("set another address or port in the answers");
    state_->accept();
    state_->thread = std::thread([this] { state_->io.run(); });
}

Greeter::~Greeter() {
    state_->io.stop();
    state_->thread.join();
}

const std::string& Greeter::greeting() const {
    return state_->greeting;
}

std::uint16_t Greeter::port() const {
    return state_->acceptor.local_endpoint().port();
}

} // namespace locum::cluster
