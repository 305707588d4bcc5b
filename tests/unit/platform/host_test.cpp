#include "platform/host.hpp"
#include "tests/unit/platform/support.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

using namespace locum;
using namespace locum::platform;
using testing::Scratch;

namespace {

// A listening socket on a port that was free.
struct Listening {
    int descriptor = -1;
    std::uint16_t port = 0;
    explicit Listening(const std::string& address, bool listens = true) {
        const bool v6 = address.find(':') != std::string::npos;
        sockaddr_storage storage{};
        socklen_t size = v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
        storage.ss_family = v6 ? AF_INET6 : AF_INET;
        void* to = v6 ? static_cast<void*>(&reinterpret_cast<sockaddr_in6*>(&storage)->sin6_addr)
                      : static_cast<void*>(&reinterpret_cast<sockaddr_in*>(&storage)->sin_addr);
        REQUIRE(::inet_pton(storage.ss_family, address.c_str(), to) == 1);
        descriptor = ::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        REQUIRE(::bind(descriptor, reinterpret_cast<sockaddr*>(&storage), size) == 0);
        if (listens)
            REQUIRE(::listen(descriptor, 1) == 0);
        REQUIRE(::getsockname(descriptor, reinterpret_cast<sockaddr*>(&storage), &size) == 0);
        port = ntohs(reinterpret_cast<sockaddr_in*>(&storage)->sin_port);
    }
    Listening(const Listening&) = delete;
    Listening& operator=(const Listening&) = delete;
    ~Listening() { ::close(descriptor); }
};

} // namespace

TEST_CASE("facts of this host are there") {
    CHECK(!host_name().empty());
    CHECK(!machine_id().empty());
    CHECK(machine_id() == machine_id());
    CHECK(!testing::contains(machine_id(), "\n"));
    CHECK(memory_bytes() > 16U << 20);
    CHECK(now_ms() > 1'700'000'000'000);
    CHECK(is_root() == (::geteuid() == 0));
    CHECK(this_program() == self().executable);
}

TEST_CASE("an address of this host, and why another one is none") {
    CHECK(not_own_address("127.0.0.1") == "");
    CHECK(not_own_address("127.9.9.9") == "");
    CHECK(not_own_address("localhost") == "");
    CHECK(not_own_address("192.0.2.1") == "Cannot assign requested address");
    CHECK(!not_own_address("no such name").empty());
}

TEST_CASE("a listener is found by its address, with its process") {
    const Listening socket("127.0.0.1");
    const std::optional<Listener> found = listener("127.0.0.1", socket.port);
    REQUIRE(found.has_value());
    CHECK(found->address == "127.0.0.1");
    CHECK(found->port == socket.port);
    CHECK(found->pid == ::getpid());
    CHECK(found->program == this_program());
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
    if (!exists("/proc/net/if_inet6") || read_file("/proc/net/if_inet6").empty()) {
        CHECK(!listener("::1", 61616).has_value());
        return;
    }
    const Listening socket("::1");
    const std::optional<Listener> found = listener("::1", socket.port);
    REQUIRE(found.has_value());
    CHECK(found->address == "::1");
    CHECK(found->pid == ::getpid());
    CHECK(!listener("127.0.0.1", socket.port).has_value());
    const Listening any("::");
    CHECK(listener("127.0.0.1", any.port).has_value());
}

TEST_CASE("holders of a file are found, this process left out") {
    Scratch scratch;
    write_file(scratch / "file", "x", 0600);
    CHECK(holders_of(scratch / "file").empty());
    CHECK(holders_of(scratch / "missing").empty());
    DetachedCommand command;
    command.argv = {"sleep", "300"};
    command.log_file = scratch / "file";
    const testing::Ended sleeper(start_detached(command));
    CHECK(holders_of(scratch / "file") == std::vector<std::int64_t>{sleeper.process.pid});
    switch_link(scratch / "link", scratch / "file");
    CHECK(holders_of(scratch / "link").size() == 1); // the file counts, not its name
}
