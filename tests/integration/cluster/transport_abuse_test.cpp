#include "tests/integration/cluster/transport_support.hpp"

using namespace transport_support;

namespace {

TransportServerOptions impatient() {
    // The callers that do not stall must keep them too, on a busy machine and with sanitizers.
    TransportServerOptions options;
    options.handshake_limit = milliseconds(2000);
    options.head_limit = milliseconds(2000);
    options.body_limit = milliseconds(2000);
    return options;
}

std::map<std::string, Verb> echo() {
    return {
        {"echo", {.handler = [](const Request& request, const Emit&) { return request.body; }}}};
}

// The agent's whole answer to the bytes, by a node with a good certificate.
std::string answer_to(const Network& network, const Agent& agent, const std::string& bytes) {
    const token::Identity identity = network.node("node-2");
    RawTls caller(agent.server.port(), &identity);
    REQUIRE(caller.connected());
    caller.send(bytes);
    return caller.read_all();
}

} // namespace

TEST_CASE("callers that stall are cut, wherever they stall") {
    const Network network;
    Agent agent(network, echo(), impatient());
    const token::Identity identity = network.node("node-2");
    RawTls no_body(agent.server.port(), &identity);
    REQUIRE(no_body.send(head("echo", "10") + "{"));
    RawTls no_head(agent.server.port(), &identity);
    REQUIRE(no_head.connected());
    RawTcp mute(agent.server.port());
    CHECK(mute.ended());
    CHECK(agent.log->await("", "closed during the handshake: took too long"));
    CHECK(no_head.read_all().empty());
    CHECK(agent.log->await("", "closed during the head of the request: took too long"));
    CHECK(no_body.read_all().empty());
    CHECK(agent.log->await("echo", "closed during the body of the request: took too long"));
}

TEST_CASE("a head that comes byte by byte does not win time") {
    const Network network;
    Agent agent(network, echo(), impatient());
    const token::Identity identity = network.node("node-2");
    RawTls slow(agent.server.port(), &identity);
    REQUIRE(slow.connected());
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    bool cut = false;
    while (!cut && std::chrono::steady_clock::now() < until) {
        cut = !slow.send("x");
        std::this_thread::sleep_for(milliseconds(20)); // the pace of the attack
    }
    CHECK(cut);
    CHECK(agent.log->await("", "closed during the head of the request: took too long"));
}

TEST_CASE("a giant body is refused by its announcement") {
    const Network network;
    std::atomic<bool> called{false};
    Agent agent(network, {{"echo",
                           {.handler =
                                [&](const Request&, const Emit&) {
                                    called = true;
                                    return std::string("1");
                                },
                            .body_limit = 1000}}});
    for (const char* length : {"1001", "1000000000000", "18446744073709551615"}) {
        const std::string answer = answer_to(network, agent, head("echo", length));
        CHECK_MESSAGE(answer.find("413") != std::string::npos, answer);
        CHECK(answer.find("at most 1000 are taken") != std::string::npos);
    }
    // One who goes on sending still learns why.
    const TransportClient client(network.node("node-2"));
    const std::string giant = "\"" + std::string(30U << 20, 'x') + "\"";
    CHECK(says(thrown_by([&] { client.call(agent.peer(), "echo", giant); }),
               "at most 1000 are taken"));
    CHECK_FALSE(called);
}

TEST_CASE("requests that are not what they should be are refused in words") {
    const Network network;
    Agent agent(network, echo());
    const std::string deep = std::string(65, '[') + std::string(65, ']');
    struct Bad {
        std::string bytes;
        std::string says;
    };
    const std::vector<Bad> table{
        {"nonsense\r\n\r\n", "400"},
        {std::string("\0\0\0\0\r\n\r\n", 8), "400"},
        {"POST /v1/echo HTTP/1.1\r\n" + std::string(20000, 'a'), "longer than 16384 bytes"},
        {"POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", "states no protocol"},
        {head("echo", "2", "", "2") + "{}", "speaks version 2 of the protocol; expected version 1"},
        {head("echo", "2", "", "0x1") + "{}", "426"},
        {head("echo", ""), "411"},
        {head("echo", "", "Transfer-Encoding: chunked\r\n") + "2\r\n{}\r\n0\r\n\r\n", "411"},
        {head("echo", "2", "Content-Length: 3\r\n") + "{}", "400"},
        {head("echo", "-1"), "400"},
        {head("echo", "99999999999999999999999"), "400"},
        {head("echo", "1") + "{", "is not JSON"},
        {head("echo", "130") + deep, "nests deeper than 64"},
        {head("../echo", "2") + "{}", "knows no verb"},
        {head("", "2") + "{}", "knows no verb"},
        {"GET /v1/echo HTTP/1.1\r\nX-Locum-Protocol: 1\r\n\r\n", "expected POST"},
        {"POST / HTTP/1.1\r\nX-Locum-Protocol: 1\r\n\r\n", "expected POST"},
    };
    for (const Bad& bad : table) {
        const std::string answer = answer_to(network, agent, bad.bytes);
        CAPTURE(bad.bytes.substr(0, 80));
        CHECK_MESSAGE(answer.find(bad.says) != std::string::npos, answer);
        CHECK(answer.find("\"result\"") == std::string::npos);
    }
    CHECK(answer_to(network, agent, head("echo", "2", "", "1.7") + "{}").find("\"result\"") !=
          std::string::npos);
    const std::string exact = std::string(64, '[') + std::string(64, ']');
    CHECK(answer_to(network, agent, head("echo", "128") + exact).find("\"result\"") !=
          std::string::npos);
}

TEST_CASE("bytes after the body are not another request") {
    const Network network;
    std::atomic<int> calls{0};
    Agent agent(network, {{"echo", {.handler = [&](const Request& request, const Emit&) {
                               ++calls;
                               return request.body;
                           }}}});
    const std::string one = head("echo", "2") + "{}";
    const std::string answer = answer_to(network, agent, one + one);
    CHECK(answer.find(R"({"result":{}})") != std::string::npos);
    CHECK(calls == 1);
}

TEST_CASE("a flood of strangers keeps no node out") {
    const Network network;
    TransportServerOptions options;
    options.max_connections = 4;
    options.handshake_limit = milliseconds(60000);
    Agent agent(network, echo(), options);
    std::vector<std::unique_ptr<RawTcp>> flood;
    for (int i = 0; i < 20; ++i)
        flood.push_back(std::make_unique<RawTcp>(agent.server.port()));
    const TransportClient client(network.node("node-2"));
    CHECK(client.call(agent.peer(), "echo", "[1]") == "[1]");
    CHECK(agent.log->await("", "too many connections"));
}

TEST_CASE("connections of nodes at work are never given up for new ones") {
    const Network network;
    TransportServerOptions options;
    options.max_connections = 1;
    Gate gate;
    Agent agent(network, {{"run", held_at(gate, "2")}}, options);
    const TransportClient client(network.node("node-2"));
    std::string result;
    std::thread first([&] {
        result = client.call(agent.peer(), "run", "{}", [&](std::string_view) {
            const auto error =
                thrown_by<Unreachable>([&] { client.call(agent.peer(), "ping", "{}"); });
            CHECK_FALSE(error.maybe_executed());
            gate.open();
        });
    });
    first.join();
    CHECK(result == "2");
}
