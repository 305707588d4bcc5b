// A real HAProxy through its runtime socket keeps the contract of balancers.

#include "cluster/haproxy.hpp"
#include "platform/process.hpp"
#include "tests/support/balancer_contract.hpp"
#include "tests/support/tiny_server.hpp"

#include <array>
#include <atomic>
#include <fmt/format.h>

using namespace locum;
using namespace locum::testing;
using namespace std::chrono_literals;

namespace {

// Answers "ok", where it is not held.
class Web {
public:
    std::uint16_t port() const { return server_.port(); }
    void hold(bool on) { hold_ = on; }
    unsigned held() const { return held_; }

private:
    void answer(int connection) {
        ++held_;
        while (hold_)
            std::this_thread::sleep_for(1ms);
        --held_;
        send_text(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
    std::atomic<bool> hold_ = false;
    std::atomic<unsigned> held_ = 0;
    TinyServer server_{[this](const std::string&, int connection) { answer(connection); }};
};

class Haproxy {
public:
    Haproxy() { start(""); }
    ~Haproxy() {
        for (Web& web : servers_)
            web.hold(false);
        signal("KILL");
        platform::wait_end(process_, 5s);
    }
    Haproxy(const Haproxy&) = delete;
    Haproxy& operator=(const Haproxy&) = delete;

    cluster::BalancerPort port(const std::string& server) const {
        return cluster::haproxy_port({socket(), "servers"}, server);
    }
    Web& server(std::size_t index) { return servers_.at(index); }
    // The connection on which the answer comes.
    int ask() const {
        const int connection = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(front_);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        send_text(connection, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        return connection;
    }
    bool served(int connection, std::chrono::milliseconds limit) const {
        std::array<char, 64> head{};
        pollfd readable{connection, POLLIN, 0};
        const bool answered = ::poll(&readable, 1, static_cast<int>(limit.count())) == 1 &&
                              ::read(connection, head.data(), head.size() - 1) > 0;
        ::close(connection);
        return answered && contains(head.data(), " 200 OK");
    }
    void signal(const std::string& name) const { platform::send_signal(process_, name, true); }
    void restart(const std::string& out) {
        signal("KILL");
        REQUIRE(platform::wait_end(process_, 5s));
        start(out);
    }

private:
    std::string socket() const { return folder_ / "h.sock"; }
    void start(const std::string& out) {
        std::string servers;
        for (const char* name : {"node-1", "node-2"})
            servers += fmt::format("    server {} 127.0.0.1:{}{}\n", name,
                                   servers_[servers.empty() ? 0 : 1].port(),
                                   name == out ? " disabled" : "");
        platform::write_file(
            folder_ / "haproxy.cfg",
            fmt::format("global\n    stats socket {} mode 600 level admin\n"
                        "defaults\n    mode http\n    timeout connect 2s\n    timeout client 10s\n"
                        "    timeout server 10s\n    retries 0\n"
                        "frontend front\n    bind 127.0.0.1:{}\n    default_backend servers\n"
                        "backend servers\n    default-server inter 50ms rise 1 fall 1 check\n{}",
                        socket(), front_, servers),
            0600);
        process_ =
            platform::start_detached({{"/usr/sbin/haproxy", "-db", "-f", folder_ / "haproxy.cfg"},
                                      {},
                                      "",
                                      folder_ / "log",
                                      folder_ / "record"});
        REQUIRE(within(10s, [&] {
            try {
                port("node-1").show();
                return true;
            } catch (const engine::Error&) {
                return false; // the socket is there before anybody listens on it
            }
        }));
    }

    Scratch folder_;
    std::array<Web, 2> servers_;
    std::uint16_t front_ = free_port();
    platform::ProcessId process_;
};

using Contract = BalancerContract<Haproxy>;

} // namespace

TEST_CASE("HAProxy: drained and in again") {
    Contract().drained_and_in_again();
}
TEST_CASE("HAProxy: what is under way is finished") {
    Contract().what_is_under_way_is_finished();
}
TEST_CASE("HAProxy: an unknown server is an error") {
    Contract().an_unknown_server_is_an_error();
}
TEST_CASE("HAProxy: silence is an error in time") {
    Contract().silence_is_an_error_in_time();
}
TEST_CASE("HAProxy: the configuration keeps a server out") {
    Contract().the_configuration_keeps_a_server_out();
}
