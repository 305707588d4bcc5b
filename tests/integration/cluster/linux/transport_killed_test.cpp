// An agent in a process of its own, by fork.

#include "tests/integration/cluster/transport_support.hpp"

#include <csignal>

#include <sys/wait.h>

using namespace transport_support;

TEST_CASE("an agent that is killed during a call leaves the outcome unknown") {
    const Network network;
    const token::Identity server_identity = network.node("node-1");
    const TransportClient client(network.node("node-2"));
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    const pid_t child = ::fork(); // before this process has threads
    REQUIRE(child >= 0);
    if (child == 0) {
        TransportServer server("127.0.0.1", 0, server_identity,
                               {{"run", {.handler = [](const Request&, const Emit& emit) {
                                     emit("1");
                                     ::pause();
                                     return std::string("1");
                                 }}}});
        server.start();
        const std::uint16_t port = server.port();
        if (::write(pipe[1], &port, sizeof port) != sizeof port)
            ::_exit(1);
        for (;;)
            ::pause();
    }
    std::uint16_t port = 0;
    REQUIRE(::read(pipe[0], &port, sizeof port) == sizeof port);
    const auto error = thrown_by<Unreachable>([&] {
        client.call({"node-1", "127.0.0.1", port}, "run", "{}",
                    [&](std::string_view) { ::kill(child, SIGKILL); });
    });
    CHECK(error.maybe_executed());
    CHECK(::waitpid(child, nullptr, 0) == child);
    ::close(pipe[0]);
    ::close(pipe[1]);
}
