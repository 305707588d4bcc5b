// What an agent does with a balancer that is driven by commands: a real dnsdist under its
// supervisor, told by the operations that upgrades and joins use.

#include "cluster/supervisor.hpp"
#include "installer/node_operations.hpp"
#include "platform/process.hpp"
#include "tests/support/dnsdist.hpp"
#include "tests/support/site.hpp"
#include "tests/support/tiny_dns.hpp"

#include <csignal>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace locum;
using namespace locum::testing;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

void replace(std::string& text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
}

// The small suite with dnsdist as its balancer.
std::map<std::string, std::string> texts(std::uint16_t front, std::uint16_t console) {
    std::string toml = small_suite_toml("1.0");
    const std::size_t driver = toml.find("driver = ");
    toml.replace(driver, toml.find("[database]") - driver, dnsdist_balancing);
    replace(toml, "{ signal = \"USR2\" }", dnsdist_reload);
    replace(
        toml, "[\"{component.dir}/run\", \"{run}/balancer.sock\"]",
        R"(["/usr/bin/dnsdist", "--supervised", "--disable-syslog", "-C", "{etc}/dnsdist.conf"])");
    replace(toml, "component = \"balancer\"\nchoices = [{ port = 30001 }]",
            fmt::format("component = \"balancer\"\nchoices = [{{ port = {} }}]\n[[ports]]\nname = "
                        "\"console\"\ncomponent = \"balancer\"\nchoices = [{{ port = {} }}]",
                        front, console));
    replace(
        toml, "template = \"balancer.conf.in\"\nto = \"{etc}/balancer.conf\"",
        "template = \"balancer.conf.in\"\nto = \"{etc}/dnsdist.conf\"\n[[configs]]\ncomponent = "
        "\"balancer\"\ntemplate = \"servers.lua.in\"\nto = \"{etc}/servers.lua\"");
    replace(toml, "[balancing]",
            "[[probes]]\ncomponent = \"balancer\"\nname = \"console\"\ntcp = "
            "\"{node.address}:{port.console}\"\n[balancing]");
    return {{"suite.toml", toml},
            {"balancer.conf.in", dnsdist_template},
            {"servers.lua.in", dnsdist_servers_template}};
}

class Agent {
public:
    Agent() : site_({"server", "balancer"}, texts(free_port(), free_port())) {
        site_.run_until("agent/start");
        supervisor_ = std::make_unique<cluster::Supervisor>(
            site_.folder() + "/services",
            [](const cluster::ServiceSpec&) { return std::optional<std::string>(); });
        configure({"node-1", "node-2"});
        tell("start", {{"component", "balancer"}, {"version", "1.0"}});
    }
    ~Agent() {
        signal("KILL"); // one that a test has stopped would not end by TERM
        for (const cluster::ServiceState& service : supervisor_->states())
            supervisor_->stop(service.spec.name);
    }
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;

    json tell(const std::string& operation, const json& parameters) {
        cluster::Node node{site_.layout(), *supervisor_, mutex_};
        engine::SilentReporter silent;
        return json::parse(installer::node_operations().at(operation).carry_out(
            node, {"", 0, parameters.dump()}, silent));
    }
    // As a change of the registry is announced.
    void configure(const std::vector<std::string>& servers, const std::string& out = "") {
        servers_ = json::array();
        for (const std::string& name : servers)
            servers_.push_back({{"name", name},
                                {"address", "127.0.0.1"},
                                {"ports", {{"device", dns_.port()}}},
                                {"out", name == out}});
        tell("configure", {{"component", "balancer"},
                           {"version", "1.0"},
                           {"mode", "normal"},
                           {"servers", servers_}});
    }
    void reload() { tell("reload", {{"component", "balancer"}, {"version", "1.0"}}); }
    void balance(const std::string& server, bool out) {
        for (json& one : servers_)
            if (one.at("name") == server)
                one["out"] = out;
        tell("balance", {{"server", server}, {"out", out}, {"servers", servers_}});
    }
    json seen(const std::string& server) {
        return tell("balancer", {{"server", server}, {"servers", servers_}});
    }
    bool comes_in(const std::string& server) {
        std::string last;
        const bool in = within(10s, [&] {
            try {
                const json now = seen(server);
                last = now.dump();
                return now.at("in_rotation").get<bool>();
            } catch (const engine::Error& error) { // it is being started
                last = error.one_line();
                return false;
            }
        });
        if (!in)
            MESSAGE(server << ": " << last << "\n"
                           << platform::read_end(site_.layout().logs() + "/balancer.log", 2000));
        return in;
    }
    std::int64_t pid() const {
        for (const cluster::ServiceState& service : supervisor_->states())
            if (service.status == cluster::ServiceStatus::running)
                return service.pid;
        return 0;
    }
    void signal(const std::string& name) const {
        if (const std::int64_t process = pid())
            ::kill(static_cast<pid_t>(process), name == "KILL"   ? SIGKILL
                                                : name == "STOP" ? SIGSTOP
                                                                 : SIGCONT);
    }
    std::string config(const std::string& name) const {
        return platform::read_file(site_.layout().etc() + "/" + name);
    }
    void spoil(const std::string& name, const std::string& text) const {
        platform::write_file(site_.layout().etc() + "/" + name, text, 0640);
    }

private:
    TinyDns dns_;
    Site site_;
    std::mutex mutex_;
    json servers_;
    std::unique_ptr<cluster::Supervisor> supervisor_;
};

} // namespace

TEST_CASE("agent: a server is taken out and in again, its settling time is told") {
    Agent agent;
    REQUIRE(agent.comes_in("node-1"));
    CHECK(agent.seen("node-1").at("settle_ms") == 200);
    agent.balance("node-1", true);
    const json seen = agent.seen("node-1");
    CHECK_FALSE(seen.at("in_rotation").get<bool>());
    CHECK(seen.at("idle").get<bool>());
    CHECK(seen.at("says") == "out of rotation | idle");
    CHECK(agent.comes_in("node-2"));
    agent.balance("node-1", false);
    CHECK(agent.comes_in("node-1"));
    CHECK_THROWS_AS(agent.balance("node-9", true), engine::Error);
}

TEST_CASE("agent: dnsdist is killed, and what was drained stays drained") {
    Agent agent;
    REQUIRE(agent.comes_in("node-1"));
    agent.balance("node-1", true);
    const std::int64_t before = agent.pid();
    agent.signal("KILL");
    REQUIRE(within(10s, [&] {
        const auto pid = agent.pid(); // asked once: it may change in between
        return pid != 0 && pid != before;
    }));
    REQUIRE(agent.comes_in("node-2"));
    CHECK_FALSE(agent.seen("node-1").at("in_rotation").get<bool>());
    agent.balance("node-1", false);
    CHECK(agent.comes_in("node-1"));
}

TEST_CASE("agent: a changed list of servers is taken up by the reload command, without a stop") {
    Agent agent;
    REQUIRE(agent.comes_in("node-1"));
    const std::int64_t before = agent.pid();
    CHECK_THROWS_AS(agent.tell("balancer", {{"server", "node-3"}, {"servers", json::array()}}),
                    engine::Error);
    agent.configure({"node-1", "node-2", "node-3"}, "node-2");
    CHECK_THROWS_AS(agent.seen("node-3"), engine::Error); // the configuration alone does nothing
    agent.reload();
    CHECK(agent.comes_in("node-3"));
    CHECK_FALSE(agent.seen("node-2").at("in_rotation").get<bool>());
    agent.configure({"node-1", "node-3"});
    agent.reload();
    CHECK(agent.comes_in("node-1"));
    CHECK(agent.pid() == before);
}

TEST_CASE("agent: a configuration that is not taken up is an error that shows what was said") {
    Agent agent;
    REQUIRE(agent.comes_in("node-1"));
    agent.spoil("servers.lua", "return this is no Lua\n");
    const engine::Error error = error_of([&] { agent.reload(); });
    CHECK(contains(error.what(), "/usr/bin/dnsdist (to let balancer take its configuration up)"));
    CHECK(contains(error.what(), "servers.lua"));
    CHECK(contains(error.what(), "expected exit code 0; it said: Fatal Lua error"));
    CHECK(contains(error.remedy(), "balancer.log"));
}

TEST_CASE("agent: a dnsdist that is stopped is an error in time, and not for ever") {
    Agent agent;
    REQUIRE(agent.comes_in("node-1"));
    agent.signal("STOP");
    for (const auto& call : std::vector<std::function<void()>>{
             [&] { agent.balance("node-1", true); }, [&] { agent.seen("node-1"); },
             [&] { agent.reload(); }}) {
        const auto began = std::chrono::steady_clock::now();
        const engine::Error error = error_of(call);
        CHECK(std::chrono::steady_clock::now() - began < 8s);
        CHECK(contains(error.what(), "did not end within 5 s and was killed"));
        CHECK(!error.remedy().empty());
    }
    // The wanted state was written first.
    CHECK(contains(agent.config("servers.lua"), "name = \"node-1\", "));
    CHECK(contains(agent.config("servers.lua"), "out = true"));
    agent.signal("CONT");
    agent.balance("node-1", true);
    CHECK_FALSE(agent.seen("node-1").at("in_rotation").get<bool>());
}
