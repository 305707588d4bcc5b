#include "platform/process.hpp"
#include "tests/integration/cluster/transport_support.hpp"

#include <future>

using namespace transport_support;

TEST_CASE("progress comes in order, before the result") {
    const Network network;
    Agent agent(network, {{"run", {.handler = [](const Request& request, const Emit& emit) {
                               for (int i = 0; i < 1000; ++i)
                                   emit("{\"done\": " + std::to_string(i) + "}");
                               return request.body;
                           }}}});
    const TransportClient client(network.node("node-2"));
    std::vector<std::string> seen;
    const std::string result =
        client.call(agent.peer(), "run", "{\n  \"text\": \"Zürich\\n\", \"n\": [1, 2.5, null]\n}",
                    [&](std::string_view json) { seen.emplace_back(json); });
    CHECK(result == R"({"n":[1,2.5,null],"text":"Z\u00fcrich\n"})");
    REQUIRE(seen.size() == 1000);
    CHECK(seen.front() == R"({"done":0})");
    CHECK(seen.back() == R"({"done":999})");
}

TEST_CASE("an error comes over as it was thrown") {
    const Network network;
    Agent agent(network,
                {{"run", {.handler = [](const Request&, const Emit&) -> std::string {
                      return locum::engine::during("draining node-1", []() -> std::string {
                          throw Error("4 sessions are left; expected 0", Kind::paused)
                              .remedy("locum upgrade resume")
                              .during("asking the balancer");
                      });
                  }}},
                 {"broken", {.handler = [](const Request&, const Emit&) -> std::string {
                      throw std::runtime_error("a bug");
                  }}},
                 {"text", {.handler = [](const Request&, const Emit&) { return "no json"; }}}});
    const TransportClient client(network.node("node-2"));
    const Error error = thrown_by([&] { client.call(agent.peer(), "run", "{}"); });
    CHECK(error.kind() == Kind::paused);
    CHECK(std::string(error.what()) == "4 sessions are left; expected 0");
    CHECK(error.remedy() == "locum upgrade resume");
    CHECK(error.context() == std::vector<std::string>{"asking the balancer", "draining node-1"});
    CHECK(agent.log->await("run", "paused"));
    CHECK(says(thrown_by([&] { client.call(agent.peer(), "broken", "{}"); }), "a bug"));
    CHECK(says(thrown_by([&] { client.call(agent.peer(), "text", "{}"); }), "is not JSON"));
    CHECK(says(thrown_by([&] { client.call(agent.peer(), "dance", "{}"); }), "no verb 'dance'"));
    CHECK(says(thrown_by([&] { client.call(agent.peer(), "run", "{"); }), "is not JSON"));
}

TEST_CASE("a long silent operation is told from a dead agent") {
    const Network network;
    TransportServerOptions options;
    options.alive_interval = milliseconds(100);
    Gate gate;
    Agent agent(network,
                {{"run",
                  {.handler =
                       [&](const Request&, const Emit&) {
                           gate.wait();
                           return std::string("1");
                       }}}},
                options);
    const TransportClient client(network.node("node-2"), {.silence_limit = milliseconds(2000)});
    auto answer =
        std::async(std::launch::async, [&] { return client.call(agent.peer(), "run", "{}"); });
    // Longer than the client's patience.
    CHECK(answer.wait_for(milliseconds(3000)) == std::future_status::timeout);
    gate.open();
    CHECK(answer.get() == "1");
}

TEST_CASE("silence and an early end leave the outcome unknown, and say so") {
    const Network network;
    const token::Identity identity = network.node("node-2");
    // Where the server only holds, it may be as slow as it likes; where it ends, that is waited
    // for.
    const TransportClient hasty(identity, {.silence_limit = milliseconds(300)});
    const TransportClient patient(identity, {.silence_limit = milliseconds(20000)});
    const std::string begun = "HTTP/1.1 200 OK\r\nX-Locum-Protocol: 1\r\nConnection: close\r\n\r\n";
    struct Case {
        std::string answer;
        RawServer::Then then;
        std::string says;
    };
    for (const Case& one : std::vector<Case>{
             {"", RawServer::Then::hold, "gave no sign for 0.3 s"},
             {begun + "{\"alive\":true}\n", RawServer::Then::hold, "gave no sign"},
             {"", RawServer::Then::end, "without an answer"},
             {begun + "{\"progress\":1}\n", RawServer::Then::end, "without an answer"},
             {begun + "{\"result\":1}", RawServer::Then::end, "without an answer"}}) {
        RawServer server(network.node("node-1"), one.answer, one.then);
        const TransportClient& client = one.then == RawServer::Then::hold ? hasty : patient;
        const auto error = thrown_by<Unreachable>([&] {
            client.call({"node-1", "127.0.0.1", server.port()}, "ping", "{}");
        });
        CHECK(error.maybe_executed());
        CHECK(says(error, one.says));
        CHECK(says(error, "node-1"));
        CHECK(says(error, "127.0.0.1:" + std::to_string(server.port())));
        CHECK_FALSE(error.remedy().empty());
        server.release.open();
    }
}

TEST_CASE("an answer that is none is named") {
    const Network network;
    const TransportClient client(network.node("node-2"));
    const auto call = [&](const std::string& answer) {
        RawServer server(network.node("node-1"), answer);
        return thrown_by<Error>([&] {
            client.call({"node-1", "127.0.0.1", server.port()}, "ping", "{}");
        });
    };
    const std::string begun = "HTTP/1.1 200 OK\r\nX-Locum-Protocol: 1\r\n\r\n";
    CHECK(says(call("SSH-2.0-OpenSSH\r\n\r\n"), "no answer of an agent"));
    CHECK(says(call("HTTP/1.1 200 OK\r\n\r\n"), "states no protocol of Locum"));
    CHECK(says(call("HTTP/1.1 200 OK\r\nX-Locum-Protocol: 2\r\n\r\n"),
               "speaks version 2 of the protocol; expected version 1"));
    CHECK(says(call(begun + "<html>\n"), "no line of an answer"));
    CHECK(says(call(begun + "{\"results\":1}\n"), "no line of an answer"));
    CHECK(says(call(begun + std::string(2000, '[') + "\n"), "no line of an answer"));
}

TEST_CASE("an agent that is not there cannot have executed anything") {
    const Network network;
    const token::Identity identity = network.node("node-2");
    const TransportClient client(identity, {.connect_limit = milliseconds(20000)});
    const TransportClient hasty(identity, {.connect_limit = milliseconds(300)});
    std::uint16_t port = 0;
    {
        Agent agent(network, {});
        port = agent.server.port();
    }
    const auto refused = thrown_by<Unreachable>([&] {
        client.call({"node-1", "127.0.0.1", port}, "ping", "{}");
    });
    CHECK_FALSE(refused.maybe_executed());
    CHECK(says(refused, "nothing listens there"));
    // Someone who takes the connection and says nothing.
    const Socket mute = open_socket(SOCK_STREAM);
    const std::uint16_t at = bind_to_loopback(mute);
    REQUIRE(at != 0);
    REQUIRE(::listen(mute, 4) == 0);
    const auto silent = thrown_by<Unreachable>([&] {
        hasty.call({"", "127.0.0.1", at}, "ping", "{}");
    });
    CHECK_FALSE(silent.maybe_executed());
    CHECK(says(silent, "waiting for the handshake"));
    close_socket(mute);
    const auto nowhere = thrown_by<Unreachable>([&] {
        hasty.call({"", "no-such-host.invalid", 1}, "ping", "{}");
    });
    CHECK_FALSE(nowhere.maybe_executed());
}

TEST_CASE("a caller that goes away does not stop the handler") {
    const Network network;
    Gate gate;
    std::promise<void> begun;
    std::promise<void> done;
    Agent agent(network, {{"run", {.handler = [&](const Request&, const Emit& emit) {
                               begun.set_value();
                               gate.wait();
                               for (int i = 0; i < 100; ++i)
                                   emit("1");
                               done.set_value();
                               return std::string("1");
                           }}}});
    const token::Identity identity = network.node("node-2");
    {
        RawTls caller(agent.server.port(), &identity);
        REQUIRE(caller.send(head("run", "2") + "{}"));
        begun.get_future().get();
    }
    gate.open();
    CHECK(done.get_future().wait_for(std::chrono::seconds(20)) == std::future_status::ready);
    CHECK(agent.log->await("run", "result"));
}

TEST_CASE("fifty calls at once, each with its own answer") {
    const Network network;
    std::atomic<int> together{0};
    Gate all;
    TransportServerOptions options;
    options.max_running = 50;
    Agent agent(network,
                {{"run",
                  {.handler =
                       [&](const Request& request, const Emit& emit) {
                           if (++together == 50)
                               all.open();
                           all.wait(); // they do run at the same time
                           emit(request.body);
                           return request.body;
                       }}}},
                options);
    const TransportClient client(network.node("node-2"), {.connect_limit = milliseconds(30000)});
    std::vector<std::future<bool>> calls;
    for (int i = 0; i < 50; ++i)
        calls.push_back(std::async(std::launch::async, [&, i] {
            std::string progress;
            const std::string result = client.call(agent.peer(), "run", std::to_string(i),
                                                   [&](std::string_view json) { progress = json; });
            return result == std::to_string(i) && progress == result;
        }));
    for (auto& call : calls)
        CHECK(call.get());
}

TEST_CASE("too many commands are refused as busy, and a quick verb still answers") {
    const Network network;
    Gate gate;
    TransportServerOptions options;
    options.max_running = 2;
    Agent agent(network, {{"run", held_at(gate, "1")}}, options);
    const TransportClient client(network.node("node-2"));
    std::vector<std::future<std::string>> running;
    for (int i = 0; i < 2; ++i) {
        std::promise<void> begun;
        running.push_back(std::async(std::launch::async, [&] {
            return client.call(agent.peer(), "run", "{}",
                               [&](std::string_view) { begun.set_value(); });
        }));
        begun.get_future().get();
    }
    CHECK(thrown_by([&] { client.call(agent.peer(), "run", "{}"); }).kind() == Kind::busy);
    CHECK(client.call(agent.peer(), "ping", "{}") == R"({"peer":"node-2"})");
    gate.open();
    for (auto& one : running)
        CHECK(one.get() == "1");
}

TEST_CASE("stop waits for what runs and delivers its answer") {
    const Network network;
    Gate gate;
    std::promise<void> begun;
    auto agent = std::make_unique<Agent>(
        network, std::map<std::string, Verb>{{"run", {.handler = [&](const Request&, const Emit&) {
                                                  begun.set_value();
                                                  gate.wait();
                                                  return std::string("\"done\"");
                                              }}}});
    const TransportClient client(network.node("node-2"));
    const Peer peer = agent->peer();
    auto answer = std::async(std::launch::async, [&] { return client.call(peer, "run", "{}"); });
    begun.get_future().get();
    RawTcp idle(peer.port);
    auto stopped = std::async(std::launch::async, [&] { agent->server.stop(); });
    CHECK(idle.ended());
    CHECK(stopped.wait_for(milliseconds(200)) == std::future_status::timeout);
    gate.open();
    CHECK(answer.get() == "\"done\"");
    CHECK(stopped.wait_for(std::chrono::seconds(20)) == std::future_status::ready);
    thrown_by<Unreachable>([&] { client.call(peer, "ping", "{}"); });
    agent->server.stop(); // a second time does nothing
}

namespace {

Error of_taken_port(const Network& network, const Agent& agent) {
    TransportServer second("127.0.0.1", agent.server.port(), network.node("node-2"), {});
    return thrown_by([&] { second.start(); });
}

} // namespace

TEST_CASE("a port that is taken is named with its holder (not shown by Wine)") {
    const Network network;
    const Agent agent(network, {});
    const Error error = of_taken_port(network, agent);
    CHECK(says(error, "integration-cluster"));
    CHECK(says(error, std::to_string(locum::platform::self().pid)));
}

TEST_CASE("a port that is taken, and an address that this host has not, are named") {
    const Network network;
    const Agent agent(network, {});
    CHECK(says(of_taken_port(network, agent), "127.0.0.1:" + std::to_string(agent.server.port())));
    TransportServer elsewhere("192.0.2.1", 61616, network.node("node-2"), {});
    CHECK(says(thrown_by([&] { elsewhere.start(); }), "cannot listen on 192.0.2.1:61616"));
}
