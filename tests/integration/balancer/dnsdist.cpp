// A real dnsdist through its console keeps the contract of balancers, and loses no query while
// servers are taken out and stopped.

#include "tests/support/dnsdist.hpp"
#include "cluster/balancer_commands.hpp"
#include "platform/process.hpp"
#include "suite/manifest.hpp"
#include "suite/template.hpp"
#include "tests/support/balancer_contract.hpp"
#include "tests/support/small_suite.hpp"
#include "tests/support/tiny_dns.hpp"
#include "upgrade/steps/settled.hpp"

#include <map>
#include <memory>

using namespace locum;
using namespace locum::testing;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds settle{200};

// The commands as a manifest has them.
suite::BalancerCommands commands_for(const std::string& server, suite::Scope scope) {
    scope.variables["server.name"] = server;
    std::string toml = small_suite_toml("1.0");
    const std::size_t from = toml.find("driver = ");
    toml.replace(from, toml.find("[database]") - from, dnsdist_balancing);
    const std::string signal = "{ signal = \"USR2\" }";
    toml.replace(toml.find(signal), signal.size(), dnsdist_reload);
    suite::BalancerCommands commands =
        suite::parse_manifest(toml, "suite.toml").balancing->commands;
    for (std::vector<std::string>* argv :
         {&commands.drain.argv, &commands.undrain.argv, &commands.show})
        for (std::string& word : *argv)
            word = suite::render(word, scope, "suite.toml");
    return commands;
}

class Dnsdist {
public:
    Dnsdist() {
        for (auto& server : servers_)
            server = std::make_unique<TinyDns>();
        start("");
    }
    ~Dnsdist() {
        signal("KILL");
        platform::wait_end(process_, 5s);
    }
    Dnsdist(const Dnsdist&) = delete;
    Dnsdist& operator=(const Dnsdist&) = delete;

    cluster::BalancerPort port(const std::string& server) const {
        return cluster::command_port(commands_for(server, scope_), server, folder_ / "log");
    }
    TinyDns& server(std::size_t index) { return *servers_.at(index); }
    std::unique_ptr<Datagrams> ask() const {
        auto socket = std::make_unique<Datagrams>();
        socket->send(dns_query(7), loopback(front_));
        return socket;
    }
    bool served(std::unique_ptr<Datagrams> socket, std::chrono::milliseconds limit) const {
        return socket->receive(limit).has_value();
    }
    void signal(const std::string& name) const { platform::send_signal(process_, name, true); }
    void restart(const std::string& out) {
        signal("KILL");
        REQUIRE(platform::wait_end(process_, 5s));
        start(out);
    }
    // As a stop of the server does, and a start of its next version.
    void restart_server(std::size_t index) {
        const std::uint16_t port = servers_.at(index)->port();
        servers_.at(index).reset();
        servers_.at(index) = std::make_unique<TinyDns>(port);
    }
    std::uint16_t front() const { return front_; }

private:
    void start(const std::string& out) {
        scope_.variables = {{"node.address", "127.0.0.1"},
                            {"etc", folder_.path()},
                            {"port.console", std::to_string(console_)},
                            {"port.front", std::to_string(front_)}};
        scope_.lists["servers"].clear();
        for (std::size_t i = 0; i < servers_.size(); ++i) {
            const std::string name = "node-" + std::to_string(i + 1);
            scope_.lists["servers"].push_back({{"name", name},
                                               {"address", "127.0.0.1"},
                                               {"port.device", std::to_string(servers_[i]->port())},
                                               {"out", name == out ? "true" : "false"}});
        }
        platform::write_file(folder_ / "servers.lua",
                             suite::render(dnsdist_servers_template, scope_, "servers.lua"), 0600);
        platform::write_file(folder_ / "dnsdist.conf",
                             suite::render(dnsdist_template, scope_, "dnsdist.conf"), 0600);
        process_ = platform::start_detached({{"/usr/bin/dnsdist", "--supervised",
                                              "--disable-syslog", "-C", folder_ / "dnsdist.conf"},
                                             {},
                                             "",
                                             folder_ / "log",
                                             folder_ / "record"});
        REQUIRE(within(10s, [&] {
            try {
                port("node-1").show();
                return true;
            } catch (const engine::Error&) {
                return false; // its console does not listen yet
            }
        }));
    }

    Scratch folder_;
    std::array<std::unique_ptr<TinyDns>, 2> servers_;
    std::uint16_t front_ = free_port();
    std::uint16_t console_ = free_port();
    suite::Scope scope_;
    platform::ProcessId process_;
};

// Queries at a steady pace, but never more under way than socket buffers hold: what has no answer
// after three seconds is lost, not late.
class Load {
public:
    explicit Load(std::uint16_t port) : port_(port), thread_([this] { ask(); }) {}
    ~Load() { end(); }
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    void end() {
        ending_ = true;
        if (thread_.joinable())
            thread_.join();
    }
    unsigned asked() const { return asked_; }
    unsigned lost() const { return lost_; }

private:
    static constexpr std::size_t most_under_way = 20;
    static constexpr std::chrono::seconds patience{3};

    void ask() {
        const Datagrams socket;
        std::map<std::string, Clock::time_point> under_way; // by id
        while (!ending_ || !under_way.empty()) {
            if (!ending_ && under_way.size() < most_under_way) {
                const std::string query = dns_query(static_cast<std::uint16_t>(++asked_));
                under_way[query.substr(0, 2)] = Clock::now();
                socket.send(query, loopback(port_));
            }
            for (const auto until = Clock::now() + 1ms; Clock::now() < until;)
                if (const auto answer = socket.receive(1ms))
                    under_way.erase(answer->bytes.substr(0, 2));
            lost_ += static_cast<unsigned>(std::erase_if(under_way, [](const auto& query) {
                return Clock::now() - query.second > patience;
            }));
        }
    }

    std::uint16_t port_;
    std::atomic<bool> ending_ = false;
    std::atomic<unsigned> asked_ = 0;
    std::atomic<unsigned> lost_ = 0;
    std::thread thread_;
};

void drain_and_settle(const cluster::BalancerPort& port) {
    port.drain();
    upgrade::steps::Settled settled;
    REQUIRE(within(20s, [&] {
        const auto asked = Clock::now();
        const cluster::BalancedServer seen = port.show();
        return settled.after(!seen.in_rotation && seen.idle, asked, Clock::now(), settle);
    }));
}

} // namespace

TEST_CASE("dnsdist keeps the contract of balancers") {
    keeps_balancer_contract<Dnsdist>();
}

TEST_CASE("dnsdist: drained, idle and settled servers can be stopped without losing a query") {
    Dnsdist dnsdist;
    for (const char* name : {"node-1", "node-2"})
        REQUIRE(within(10s, [&] { return dnsdist.port(name).show().in_rotation; }));
    Load load(dnsdist.front());
    for (int round = 0; round < 3; ++round)
        for (std::size_t index : {0U, 1U}) {
            const auto port = dnsdist.port("node-" + std::to_string(index + 1));
            drain_and_settle(port);
            dnsdist.restart_server(index);
            port.undrain();
            REQUIRE(within(10s, [&] { return port.show().in_rotation; }));
        }
    load.end();
    CHECK(load.asked() > 500);
    CHECK(load.lost() == 0);
    MESSAGE(load.asked() << " queries, " << load.lost() << " lost");
}

TEST_CASE("dnsdist: without a drain, queries are lost, so that the test above can fail") {
    Dnsdist dnsdist;
    for (const char* name : {"node-1", "node-2"})
        REQUIRE(within(10s, [&] { return dnsdist.port(name).show().in_rotation; }));
    Load load(dnsdist.front());
    REQUIRE(within(10s, [&] { return load.asked() > 50; }));
    dnsdist.server(0).hold(true);
    REQUIRE(within(10s, [&] { return dnsdist.server(0).held() > 5; }));
    dnsdist.restart_server(0);
    load.end();
    CHECK(load.lost() > 0);
}
