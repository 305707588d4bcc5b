// A real HAProxy through its runtime socket keeps the contract of balancers.

#include "tests/support/haproxy.hpp"
#include "tests/support/balancer_contract.hpp"

#include <atomic>

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

class HaproxyAndServers {
public:
    ~HaproxyAndServers() {
        for (Web& web : servers_)
            web.hold(false);
    }

    cluster::BalancerPort port(const std::string& server) const {
        return cluster::haproxy_port(haproxy_.control(), server);
    }
    Web& server(std::size_t index) { return servers_.at(index); }
    // The connection on which the answer comes.
    int ask() const { return haproxy_.request(); }
    bool served(int connection, std::chrono::milliseconds limit) const {
        std::array<char, 64> head{};
        pollfd readable{connection, POLLIN, 0};
        const bool answered = ::poll(&readable, 1, static_cast<int>(limit.count())) == 1 &&
                              ::read(connection, head.data(), head.size() - 1) > 0;
        ::close(connection);
        return answered && contains(head.data(), " 200 OK");
    }
    void signal(const std::string& name) const { haproxy_.signal(name); }
    void restart(const std::string& out) {
        REQUIRE(haproxy_.kill());
        haproxy_.start(out);
    }

private:
    std::array<Web, 2> servers_;
    Haproxy haproxy_{{servers_[0].port(), servers_[1].port()}, "check"};
};

} // namespace

TEST_CASE("HAProxy keeps the contract of balancers") {
    keeps_balancer_contract<HaproxyAndServers>();
}
