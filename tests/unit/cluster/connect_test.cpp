#include "cluster/connect.hpp"
#include "cluster/probe.hpp"
#include "engine/error.hpp"
#include "tests/support/scratch.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <list>

using namespace locum;
using namespace locum::testing;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using cluster::connection_fault;
using Clock = std::chrono::steady_clock;

namespace {

// Listens and accepts nobody; its backlog is full, so that the system answers no further
// connection.
class FullListener {
public:
    FullListener() {
        acceptor_.open(tcp::v4());
        acceptor_.bind({boost::asio::ip::address_v4::loopback(), 0});
        acceptor_.listen(0);
        for (int waiting = 0; waiting < 4; ++waiting) {
            tcp::socket& client = clients_.emplace_back(io_);
            // Begun here, and never looked at again.
            client.async_connect(acceptor_.local_endpoint(), [](const auto&) {});
        }
    }
    std::string address() const {
        return fmt::format("127.0.0.1:{}", acceptor_.local_endpoint().port());
    }

private:
    boost::asio::io_context io_;
    tcp::acceptor acceptor_{io_};
    std::list<tcp::socket> clients_;
};

std::string closed_port() {
    boost::asio::io_context io;
    const tcp::acceptor once(io, {boost::asio::ip::address_v4::loopback(), 0});
    return fmt::format("127.0.0.1:{}", once.local_endpoint().port());
}

} // namespace

TEST_CASE("connect: a listener whose backlog is full is no connection") {
    const FullListener full;
    const Clock::time_point begun = Clock::now();
    CHECK(connection_fault(full.address(), 300ms) == "it did not answer within 300 ms");
    CHECK(Clock::now() - begun >= 290ms);
    CHECK(Clock::now() - begun < 3s);
}

TEST_CASE("connect: a probe of what does not answer is not well, over TCP and HTTP") {
    const FullListener full;
    const std::string why =
        fmt::format("no connection to {}: it did not answer within 200 ms", full.address());
    CHECK(cluster::ask({"port", cluster::TcpTarget{full.address()}, 200ms}) ==
          "probe port: " + why);
    CHECK(cluster::ask({"page", cluster::HttpTarget{"http://" + full.address() + "/"}, 200ms}) ==
          "probe page: " + why);
}

TEST_CASE("connect: what listens, and what refuses") {
    boost::asio::io_context io;
    const tcp::acceptor open(io, {boost::asio::ip::address_v4::loopback(), 0});
    const auto port = open.local_endpoint().port();
    CHECK(connection_fault(fmt::format("127.0.0.1:{}", port), 3s) == "");
    // By name: the first of its addresses may be ::1, where nobody listens.
    CHECK(connection_fault(fmt::format("localhost:{}", port), 3s) == "");
    CHECK(connection_fault(closed_port(), 3s) ==
          boost::system::error_code(boost::asio::error::connection_refused).message());
}

TEST_CASE("connect: a name that is none, and what is no address") {
    const Clock::time_point begun = Clock::now();
    CHECK(connection_fault("no-such-host.invalid:80", 2s) != "");
    CHECK(Clock::now() - begun < 4s);
    for (const char* text : {"localhost", ":80", "localhost:", "local host:80", "localhost:65536"})
        CHECK_THROWS_AS(connection_fault(text, 1s), engine::Error);
}
