#include "platform/host.hpp"
#include "tests/unit/platform/support.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

using namespace locum;
using namespace locum::platform;
using testing::Scratch;

namespace {

namespace ip = boost::asio::ip;

// A listening socket on a port that was free.
struct Listening {
    boost::asio::io_context context;
    ip::tcp::acceptor acceptor{context};
    std::uint16_t port = 0;
    explicit Listening(const std::string& address, bool listens = true) {
        const ip::tcp::endpoint endpoint(ip::make_address(address), 0);
        acceptor.open(endpoint.protocol());
        acceptor.bind(endpoint);
        if (listens)
            acceptor.listen(1);
        port = acceptor.local_endpoint().port();
    }
};

bool has_ipv6() {
    boost::asio::io_context context;
    ip::tcp::acceptor acceptor(context);
    boost::system::error_code error;
    acceptor.open(ip::tcp::v6(), error);
    if (!error)
        acceptor.bind({ip::address_v6::loopback(), 0}, error);
    return !error;
}

} // namespace

TEST_CASE("facts of this host are there") {
    CHECK(!host_name().empty());
    CHECK(!machine_id().empty());
    CHECK(machine_id() == machine_id());
    CHECK(!testing::contains(machine_id(), "\n"));
    CHECK(memory_bytes() > 16U << 20);
    CHECK(now_ms() > 1'700'000'000'000);
    CHECK(this_program() == self().executable);
    CHECK(!boot_id().empty());
    CHECK(boot_id() == boot_id());
}

TEST_CASE("an address of this host, and why another one is none") {
    CHECK(not_own_address("127.0.0.1") == "");
    CHECK(not_own_address("127.9.9.9") == "");
    CHECK(not_own_address("localhost") == "");
    CHECK(!not_own_address("192.0.2.1").empty());
    CHECK(!not_own_address("no such name").empty());
}

TEST_CASE("a listener is known with its process (not shown by Wine)") {
    const Listening socket("127.0.0.1");
    const std::optional<Listener> found = listener("127.0.0.1", socket.port);
    REQUIRE(found.has_value());
    CHECK(found->pid == self().pid);
    CHECK(found->program == this_program());
}

TEST_CASE("a listener is found by its address") {
    const Listening socket("127.0.0.1");
    const std::optional<Listener> found = listener("127.0.0.1", socket.port);
    REQUIRE(found.has_value());
    CHECK(found->address == "127.0.0.1");
    CHECK(found->port == socket.port);
    CHECK(listener("0.0.0.0", socket.port).has_value()); // who wants any address meets it
    CHECK(listener("", socket.port).has_value());
    CHECK(listener("localhost", socket.port).has_value());
    CHECK(!listener("127.0.0.2", socket.port).has_value());
}

TEST_CASE("one that listens at any address is met at every one") {
    const Listening socket("0.0.0.0");
    const std::optional<Listener> found = listener("127.0.0.3", socket.port);
    REQUIRE(found.has_value());
    CHECK(found->address == "0.0.0.0");
}

TEST_CASE("a bound port on which nobody listens has no listener, a name must resolve") {
    const Listening socket("127.0.0.1", false);
    CHECK(!listener("127.0.0.1", socket.port).has_value());
    CHECK_THROWS_AS(listener("not an address", socket.port), engine::Error);
}

TEST_CASE("IPv6 listeners are found where the host has IPv6") {
    if (!has_ipv6()) {
        CHECK(!listener("::1", 61616).has_value());
        return;
    }
    const Listening socket("::1");
    const std::optional<Listener> found = listener("::1", socket.port);
    REQUIRE(found.has_value());
    CHECK(found->address == "::1");
    CHECK(!listener("127.0.0.1", socket.port).has_value());
    const Listening any("::");
    CHECK(listener("127.0.0.1", any.port).has_value());
}
