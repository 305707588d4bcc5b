// A real HAProxy, driven through its runtime socket.

#include "tests/support/haproxy.hpp"

#include <atomic>

using namespace locum;
using namespace locum::testing;
using namespace std::chrono_literals;
using cluster::HaproxySocket;

namespace {

std::string answer(Socket connection) {
    std::string text;
    char bytes[1024];
    for (ssize_t count = 0; (count = ::read(connection, bytes, sizeof bytes)) > 0;)
        text.append(bytes, static_cast<std::size_t>(count));
    ::close(connection);
    return text;
}

const std::string good = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

} // namespace

TEST_CASE("balancer: drained and put into rotation again, with health checks and without") {
    const TinyServer server(
        [](const std::string&, Socket connection) { send_text(connection, good); });
    for (const char* options : {"check", ""}) {
        CAPTURE(options);
        const Haproxy haproxy({server.port(), server.port()}, options);
        const HaproxySocket control = haproxy.control();
        REQUIRE(within(5s, [&] { return control.show("node-2").in_rotation; }));
        CHECK(control.show("node-1").idle);

        control.drain("node-1");
        CHECK(!control.show("node-1").in_rotation);
        CHECK(control.show("node-2").in_rotation);
        control.drain("node-1"); // twice is fine
        control.drain("node-2");
        CHECK(contains(answer(haproxy.request()), " 503 "));

        control.ready("node-1");
        CHECK(within(5s, [&] { return control.show("node-1").in_rotation; }));
        CHECK(!control.show("node-2").in_rotation);
        CHECK(contains(answer(haproxy.request()), "200 OK"));
    }
}

TEST_CASE("balancer: a drained server finishes what is under way, and is not idle before") {
    std::atomic<bool> may_answer = false;
    std::atomic<int> waiting = 0;
    const TinyServer server([&](const std::string&, Socket connection) {
        ++waiting;
        while (!may_answer)
            std::this_thread::sleep_for(1ms);
        send_text(connection, good);
    });
    const Haproxy haproxy({server.port(), server.port()}, "");
    const HaproxySocket control = haproxy.control();
    control.drain("node-2");
    const int under_way = haproxy.request();
    REQUIRE(within(5s, [&] { return waiting == 1; }));
    control.drain("node-1");
    const cluster::BalancedServer busy = control.show("node-1");
    CHECK(!busy.in_rotation);
    CHECK(busy.says == "DRAIN, 1 running, 0 queued");
    CHECK(!busy.idle);
    may_answer = true;
    CHECK(contains(answer(under_way), "200 OK"));
    CHECK(within(5s, [&] { return control.show("node-1").idle; }));
}

TEST_CASE("balancer: a server whose check fails is out of rotation") {
    TinyServer server([](const std::string&, Socket connection) { send_text(connection, good); });
    const Haproxy haproxy({server.port(), server.port()}, "check");
    server.stop();
    CHECK(within(5s, [&] { return !haproxy.in_rotation("node-1"); }));
    CHECK(haproxy.control().show("node-1").says.starts_with("DOWN"));
    haproxy.control().ready("node-1"); // wanted in: still down
    CHECK(!haproxy.in_rotation("node-1"));
}

TEST_CASE("balancer: a server or a backend that it does not know") {
    const TinyServer server(
        [](const std::string&, Socket connection) { send_text(connection, good); });
    const Haproxy haproxy({server.port(), server.port()}, "");
    for (const HaproxySocket& control :
         {HaproxySocket(haproxy.socket(), "servers"), HaproxySocket(haproxy.socket(), "others")}) {
        for (const auto& ask : std::vector<std::function<void()>>{
                 [&] { control.drain("node-9"); }, [&] { control.ready("node-9"); },
                 [&] { control.show("node-9"); }}) {
            const engine::Error error = error_of(ask);
            CHECK(error.kind() == engine::Kind::failed);
            CHECK(contains(error.what(), "/node-9"));
            CHECK(!error.remedy().empty());
        }
    }
}

TEST_CASE("balancer: a socket without anybody behind it") {
    const TinyServer server(
        [](const std::string&, Socket connection) { send_text(connection, good); });
    Haproxy haproxy({server.port(), server.port()}, "");
    haproxy.kill();
    for (const std::string& socket :
         {haproxy.socket(), std::string("/nowhere/h.sock"), std::string(200, 'x')}) {
        const engine::Error error =
            error_of([&] { HaproxySocket(socket, "servers").show("node-1"); });
        CHECK(error.kind() == engine::Kind::failed);
        CHECK(contains(error.what(), socket));
        CHECK(!error.remedy().empty());
    }
}
