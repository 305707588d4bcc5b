#include "cluster/haproxy.hpp"
#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/process.hpp"
#include "tests/integration/endpoint-manager/checks.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <future>
#include <thread>

using namespace endpoint::testing;
using namespace locum;

namespace {

suite::Scope scope(const Suite& suite, const endpoint::load::Front& front,
                   const std::vector<endpoint::load::Front>& servers) {
    suite::Scope scope;
    scope.variables = {{"run", suite.folder()},
                       {"component.dir", source("balancer")},
                       {"node.address", front.address},
                       {"port.front", std::to_string(front.port)}};
    for (const auto& server : servers)
        scope.lists["servers"].push_back(
            {{"name", "node-" + std::to_string(scope.lists["servers"].size() + 1)},
             {"address", server.address},
             {"port.device", std::to_string(server.port)},
             {"out", ""}});
    return scope;
}

} // namespace

TEST_CASE("HAProxy takes the rendered configuration, and the load passes through it") {
    Suite suite;
    const auto settings = suite.make_sqlite();
    Node first = suite.start("node-1", "1.0", settings);
    Node second = suite.start("node-2", "1.0", settings);
    const endpoint::load::Front front{"127.0.0.1", free_port()};
    suite::Scope values = scope(suite, front, {first.front, second.front});
    const std::string config = suite.folder() + "/haproxy.cfg";
    const std::string text = platform::read_file(source("templates/haproxy.cfg.in"));
    platform::write_file(config, suite::render(text, values, "haproxy.cfg.in"), 0600);
    platform::Command check;
    check.argv = {"/usr/sbin/haproxy", "-c", "-f", config};
    const auto checked = platform::run(check);
    CAPTURE(checked.output + checked.errors);
    CHECK(checked.ok());
    CHECK((checked.output + checked.errors).find("WARNING") == std::string::npos);

    Process balancer({"/usr/sbin/haproxy", "-W", "-db", "-f", config},
                     suite.folder() + "/haproxy.log");
    endpoint::load::HttpClient client(front);
    await("the balancer passes requests on", [&] {
        try {
            return client.exchange("GET", "/probe").status == 200;
        } catch (const endpoint::load::TransportError&) {
            return false;
        }
    });
    const LoadResult load = suite.run_load({front}, 3);
    CAPTURE(load.errors);
    check_unharmed(load);
    CHECK(load["requests"] >= 3 * least_requests_a_second);

    // While no server is in rotation a request waits for the first that is back.
    const cluster::HaproxySocket socket(suite.folder() + "/haproxy.sock", "servers");
    for (const char* server : {"node-1", "node-2"})
        socket.drain(server);
    endpoint::load::HttpClient patient(front, std::chrono::seconds(20));
    auto answer = std::async(std::launch::async, [&] { return patient.exchange("GET", "/probe"); });
    CHECK(answer.wait_for(std::chrono::seconds(1)) == std::future_status::timeout);
    socket.ready("node-2");
    const endpoint::load::Answer late = answer.get();
    CHECK(late.status == 200);
    CHECK(late.waited);
    CHECK(!patient.exchange("GET", "/probe").waited);
    socket.ready("node-1");
    // A worker that another one follows has no servers by its own count, and lets nobody wait.
    const std::int64_t before = socket.worker();
    balancer.signal(SIGUSR2);
    await("another worker answers", [&] {
        try {
            return socket.worker() != before;
        } catch (const engine::Error&) {
            return false;
        }
    });
    CHECK(client.exchange("GET", "/probe").status == 200); // on its old connection, within 3 s

    // One that is held up for two seconds stays in, and one that is gone does not.
    second.process.signal(SIGSTOP);
    const auto resumed = std::chrono::steady_clock::now() + std::chrono::seconds(2);
    while (std::chrono::steady_clock::now() < resumed) {
        CHECK(socket.show("node-2").says.starts_with("UP"));
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    second.process.signal(SIGCONT);
    second.process.signal(SIGKILL);
    await("the server that is gone is DOWN",
          [&] { return socket.show("node-2").says.starts_with("DOWN"); });

    // A server that is out stays out when the balancer starts anew.
    values.lists["servers"][1]["out"] = "true";
    CHECK(suite::render(text, values, "haproxy.cfg.in").find("disabled") != std::string::npos);
    balancer.signal(SIGTERM);
    balancer.wait(std::chrono::seconds(5));
}
