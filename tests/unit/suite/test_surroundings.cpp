// What a component expects around it: packages, protocols, capabilities, connections.

#include "tests/unit/suite/manifest_errors.hpp"

using namespace locum;
using namespace locum::suite;
using namespace locum::suite::testing;

namespace {

std::string with_surroundings() {
    const std::string payload = "payload = \"payload/server\"\n";
    const std::string packages = "packages = [\"bind9-dnsutils\", \"libstdc++6\"]\n";
    return replaced(head, payload, payload + packages) + R"([[ports]]
name = "dns"
component = "server"
protocols = ["udp", "tcp"]
choices = [{ port = 53 }]
[[ports]]
name = "web"
component = "server"
choices = [{ port = 80 }]
[[services]]
name = "server"
component = "server"
argv = ["/bin/true"]
capabilities = ["net-bind-service", "ipc-lock"]
[[outgoing]]
component = "server"
to = "updates.example.com:443"
[[outgoing]]
component = "server"
to = "10.0.0.9:514"
optional = true
)" + database;
}

std::string complaint(const std::string& from, const std::string& to) {
    return suite::testing::complaint(replaced(with_surroundings(), from, to));
}

} // namespace

TEST_CASE("surroundings: read as they are written") {
    const Manifest m = parse_manifest(with_surroundings(), "s.toml");
    CHECK(m.components[0].packages == std::vector<std::string>{"bind9-dnsutils", "libstdc++6"});
    CHECK((m.ports[0].udp && m.ports[0].tcp));
    CHECK((!m.ports[1].udp && m.ports[1].tcp));
    CHECK(m.services[0].capabilities == std::vector<std::string>{"net-bind-service", "ipc-lock"});
    REQUIRE(m.outgoing.size() == 2);
    CHECK(m.outgoing[0].to == "updates.example.com:443");
    CHECK(!m.outgoing[0].optional);
    CHECK(m.outgoing[1].component == "server");
    CHECK(m.outgoing[1].optional);
}

TEST_CASE("surroundings: who connects to a port is one of three, everybody where it is not said") {
    const std::string web = "choices = [{ port = 80 }]\n";
    auto from = [&](const std::string& who) {
        return replaced(with_surroundings(), web, web + "from = \"" + who + "\"\n");
    };
    CHECK(parse_manifest(with_surroundings(), "s.toml").ports[1].from == Clients::any);
    CHECK(parse_manifest(from("any"), "s.toml").ports[1].from == Clients::any);
    CHECK(parse_manifest(from("peers"), "s.toml").ports[1].from == Clients::peers);
    CHECK(parse_manifest(from("host"), "s.toml").ports[1].from == Clients::host);
    CHECK(suite::testing::complaint(from("all")) ==
          "s.toml:34:8: found 'all' for 'from'; expected one of any, peers, host");
}

TEST_CASE("services: account, limits and what a service is allowed besides") {
    const std::string line = "capabilities = [\"net-bind-service\", \"ipc-lock\"]\n";
    const auto with = [&](const std::string& more) {
        return replaced(with_surroundings(), line, line + more);
    };
    const Service service =
        parse_manifest(with("user = \"shop_web-1\"\n"
                            "limits = { open-files = 4096, memory-mb = 512 }\n"
                            "after = [\"redis-server.service\", \"x@1.socket\"]\n"
                            "allows = [\"writable-code\", \"homes\"]\n"),
                       "s.toml")
            .services[0];
    CHECK(service.user == "shop_web-1");
    CHECK(service.limits.open_files == 4096);
    CHECK(service.limits.tasks == 0);
    CHECK(service.limits.memory_mb == 512);
    CHECK(service.allows == std::vector<std::string>{"writable-code", "homes"});
    CHECK(service.after == std::vector<std::string>{"redis-server.service", "x@1.socket"});
    const auto fault = [&](const std::string& more) {
        return suite::testing::complaint(with(more));
    };
    for (const std::string& name : std::vector<std::string>{"Shop", "1st", "-shop", "shop.web",
                                                            "shop web", std::string(32, 'a')})
        CHECK_MESSAGE(fault("user = \"" + name + "\"\n").find("s.toml:39:8: found ") == 0, name);
    CHECK(fault("limits = { files = 1 }\n").find("found the unknown key 'files'") !=
          std::string::npos);
    CHECK(fault("limits = { tasks = -1 }\n").find("found -1 for 'tasks'") != std::string::npos);
    CHECK(fault("allows = [\"everything\"]\n") ==
          "s.toml:39:11: found 'everything' in 'allows'; expected each once of writable-code, "
          "devices, homes, all-system-calls");
    for (const std::string unit :
         {"redis", ".service", "a b.service", "x.service\", \"x.service", "x.timer"})
        CHECK_MESSAGE(
            fault("after = [\"" + unit + "\"]\n").find("' in 'after'; expected units of") !=
                std::string::npos,
            unit);
    CHECK(fault("allows = [\"homes\", \"homes\"]\n").find("s.toml:39:20: found 'homes'") == 0);
}

TEST_CASE("surroundings: what is wrong is said with its place") {
    for (const std::string name : {"--root", "", "a b", "bind9-dnsutils\", \"bind9-dnsutils"})
        CHECK(complaint("\"bind9-dnsutils\"", "\"" + name + "\"").find("s.toml:19:") == 0);
    CHECK(complaint("[\"udp\", \"tcp\"]", "[\"udp\"]") == "accepted");
    CHECK(complaint("[\"udp\", \"tcp\"]", "[]") ==
          "s.toml:25:1: found no protocol in 'protocols'; expected \"tcp\", \"udp\" or both");
    for (const std::string list : {"[\"udp\", \"sctp\"]", "[\"udp\", \"udp\"]", "[\"\"]"})
        CHECK(complaint("[\"udp\", \"tcp\"]", list).find("in 'protocols'; expected \"tcp\", ") !=
              std::string::npos);
    CHECK(complaint("\"ipc-lock\"", "\"sys-admin\"") ==
          "s.toml:38:37: found 'sys-admin' in 'capabilities'; expected each once of chown, "
          "ipc-lock, net-admin, net-bind-service, net-raw, sys-nice, sys-resource, sys-time");
    CHECK(complaint("\"ipc-lock\"", "\"net-bind-service\"").find("s.toml:38:37: found ") == 0);
    for (const std::string to :
         {"host", "host:", ":443", "host:0", "host:70000", "host:a", "::1:443", "a b:1", "{x}:1",
          "ho/st:1", "höst:1", "host:+1", "host:1:2"})
        CHECK_MESSAGE(complaint("updates.example.com:443", to) ==
                          "s.toml:41:6: found '" + to +
                              "' for 'to'; expected HOST:PORT, a name or an IPv4 address with a "
                              "port from 1 to 65535",
                      to);
    for (const std::string to : {"host\\n:443", "ho\\nst:443", "host:443\\n", "host\\u0000:443"})
        CHECK_MESSAGE(complaint("updates.example.com:443", to)
                              .find("s.toml:41:6: found the control character U+") == 0,
                      to);
    CHECK(
        complaint("10.0.0.9:514", "updates.example.com:443").find("s.toml:44:6: found a second") ==
        0);
    CHECK(complaint("optional = true", "optional = 1").find("s.toml:45:") == 0);
    CHECK(complaint("optional = true", "timeout = 1").find("found the unknown key 'timeout'") !=
          std::string::npos);
}
