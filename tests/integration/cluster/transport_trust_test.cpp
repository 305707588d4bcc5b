#include "platform/hash.hpp"
#include "platform/process.hpp"
#include "tests/integration/cluster/transport_support.hpp"
#include "token/proof.hpp"

using namespace transport_support;

namespace {

std::string pin_as_shown(const token::Authority& authority) {
    return platform::colons(authority.pin());
}

// The same certificate with another validity, signed again by the authority.
token::Identity valid_from_to(const Network& network, long from_seconds, long to_seconds) {
    namespace o = token::openssl;
    token::Identity identity = network.node("node-1");
    const auto certificate = o::read_certificate(identity.certificate_pem, "test");
    const auto key = o::read_private_key(network.authority.key_pem(), "test");
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), from_seconds);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), to_seconds);
    REQUIRE(X509_sign(certificate.get(), key.get(), nullptr) > 0);
    identity.certificate_pem = o::write_certificate(certificate.get());
    return identity;
}

} // namespace

TEST_CASE("a certificate that is over or not begun is refused, and the clocks are named") {
    const Network network;
    const TransportClient client(network.node("node-2"));
    for (const auto& [from, to, words] :
         {std::tuple{-7200L, -3600L, "certificate has expired"},
          std::tuple{3600L, 7200L, "certificate is not yet valid"}}) {
        const token::Identity identity = valid_from_to(network, from, to);
        RawServer server(identity, "");
        const Error error = thrown_by([&] {
            client.call({"node-1", "127.0.0.1", server.port()}, "ping", "{}");
        });
        CHECK(error.kind() == Kind::not_trusted);
        CHECK(says(error, words));
        CHECK(error.remedy().find("clocks") != std::string::npos);
        CHECK_FALSE(server.got_request);
        // Its clock can be asked all the same: it may be what is wrong.
        RawServer asked(identity, "");
        thrown_by([&] {
            clock_call("clock", network.authority.pin(), {"node-1", "127.0.0.1", asked.port()},
                       [] {});
        });
        CHECK(asked.got_request);
        CHECK(thrown_by([&] { token::check(identity); }).kind() == Kind::not_trusted);
        Agent agent(network, {});
        RawTls caller(agent.server.port(), &identity);
        caller.send(head("ping", "2") + "{}");
        CHECK(caller.read_all().empty());
    }
}

TEST_CASE("two nodes of one cluster know each other by name") {
    const Network network;
    Agent agent(network, {});
    const TransportClient client(network.node("node-2"));
    CHECK(client.call(agent.peer(), "ping", "{}") == R"({"peer":"node-2"})");
    CHECK(client.call(agent.peer(""), "ping", "{}") == R"({"peer":"node-2"})");
    CHECK(agent.log->await("ping", "result"));
}

TEST_CASE("a node that is another one than expected is refused, both named") {
    const Network network;
    Agent agent(network, {});
    const TransportClient client(network.node("node-2"));
    const Error error = thrown_by([&] { client.call(agent.peer("node-3"), "ping", "{}"); });
    CHECK(error.kind() == Kind::not_trusted);
    CHECK(says(error, "'node-1'; expected 'node-3'"));
    CHECK(says(error, pin_as_shown(network.authority)));
}

TEST_CASE("an agent of another network is refused with both fingerprints") {
    const Network ours;
    const Network theirs;
    Agent agent(theirs, {});
    const TransportClient client(ours.node("node-2"));
    const Error error = thrown_by([&] { client.call(agent.peer(), "ping", "{}"); });
    CHECK(error.kind() == Kind::not_trusted);
    CHECK(says(error, pin_as_shown(ours.authority)));
    CHECK(says(error, pin_as_shown(theirs.authority)));
    CHECK_FALSE(error.remedy().empty());
    CHECK(agent.log->await("", "closed during the handshake"));
}

TEST_CASE("a caller with a foreign certificate gets no connection") {
    const Network ours;
    const Network theirs;
    Agent agent(ours, {});
    const token::Identity foreign = theirs.node("node-2");
    RawTls caller(agent.server.port(), &foreign);
    caller.send(head("ping", "2") + "{}");
    CHECK(caller.read_all().empty());
    CHECK(agent.log->await("", "certificate verify failed"));
}

TEST_CASE("the authority's own certificate is no node's") {
    const Network network;
    Agent agent(network, {});
    const token::Identity authority{network.authority.certificate_pem(),
                                    network.authority.key_pem(),
                                    network.authority.certificate_pem()};
    RawTls caller(agent.server.port(), &authority);
    caller.send(head("ping", "2") + "{}");
    CHECK(caller.read_all().find("result") == std::string::npos);
}

TEST_CASE("this node is told where the other does not accept its certificate") {
    const Network network;
    RawServer server(network.node("node-1"), "", RawServer::Then::end, true);
    const TransportClient client(network.node("node-2"));
    const Error error = thrown_by([&] {
        client.call({"node-1", "127.0.0.1", server.port()}, "ping", "{}");
    });
    CHECK(error.kind() == Kind::not_trusted);
    CHECK(says(error, "does not accept this node's certificate"));
}

TEST_CASE("a caller without certificate may only join") {
    const Network network;
    Agent agent(network, {{"join",
                           {.handler = [](const Request& request,
                                          const Emit&) { return "[\"" + request.peer + "\"]"; },
                            .without_certificate = true}}});
    RawTls stranger(agent.server.port(), nullptr);
    REQUIRE(stranger.connected());
    REQUIRE(stranger.send(head("ping", "2") + "{}"));
    const std::string refused = stranger.read_all();
    CHECK(refused.find("403") != std::string::npos);
    CHECK(refused.find("\"not-trusted\"") != std::string::npos);
    RawTls joiner(agent.server.port(), nullptr);
    REQUIRE(joiner.send(head("join", "2") + "{}"));
    CHECK(joiner.read_all().find(R"({"result":[""]})") != std::string::npos);
}

TEST_CASE("a host joins by pin, and its proof is bound to the connection") {
    const Network network;
    const locum::engine::Secret secret(std::string(32, 's'));
    const std::string csr = token::NodeKey::generate().csr("node-9");
    Agent agent(network, {{"join",
                           {.handler =
                                [&](const Request& request, const Emit&) {
                                    const std::string proof = request.body.substr(1, 64);
                                    return token::proves_join(proof, secret, request.channel, csr)
                                               ? std::string("true")
                                               : std::string("false");
                                },
                            .without_certificate = true}}});
    std::string first_channel;
    const auto join = [&](const std::string* replayed) {
        return join_call(
            "join", network.authority.pin(), "127.0.0.1", agent.server.port(),
            [&](const std::string& channel) {
                CHECK(channel.size() == 32);
                if (replayed == nullptr)
                    first_channel = channel;
                return "\"" + token::join_proof(secret, replayed ? *replayed : channel, csr) + "\"";
            });
    };
    CHECK(join(nullptr) == "true");
    CHECK(join(&first_channel) == "false"); // seen on one connection, of no use on another
}

TEST_CASE("nothing is sent to a network with another pin") {
    const Network ours;
    const Network theirs;
    Agent agent(theirs, {{"join",
                          {.handler = [](const Request&, const Emit&) { return "1"; },
                           .without_certificate = true}}});
    bool asked = false;
    const Error error = thrown_by([&] {
        join_call("join", ours.authority.pin(), "127.0.0.1", agent.server.port(),
                  [&](const std::string&) {
                      asked = true;
                      return std::string("{}");
                  });
    });
    CHECK(error.kind() == Kind::not_trusted);
    CHECK(says(error, pin_as_shown(ours.authority)));
    CHECK(says(error, pin_as_shown(theirs.authority)));
    CHECK_FALSE(asked);
}

TEST_CASE("showing the right authority does not make a server its node") {
    const Network ours;
    const Network theirs;
    token::Identity thief = theirs.node("node-1");
    thief.ca_pem = ours.authority.certificate_pem();
    bool asked = false;
    {
        RawServer server(thief, "");
        const Error error = thrown_by([&] {
            join_call("join", ours.authority.pin(), "127.0.0.1", server.port(),
                      [&](const std::string&) {
                          asked = true;
                          return std::string("{}");
                      });
        });
        CHECK(error.kind() == Kind::not_trusted);
        CHECK_FALSE(server.got_request);
    }
    {
        RawServer server(thief, "");
        const TransportClient client(ours.node("node-2"));
        const Error error = thrown_by([&] {
            client.call({"node-1", "127.0.0.1", server.port()}, "ping", "{}");
        });
        CHECK(error.kind() == Kind::not_trusted);
        CHECK_FALSE(server.got_request);
    }
    CHECK_FALSE(asked);
}

TEST_CASE("an identity that is not whole makes neither client nor server") {
    const Network network;
    token::Identity mixed = network.node("node-1");
    mixed.key_pem = token::NodeKey::generate().pem();
    CHECK(thrown_by([&] { TransportClient client(mixed); }).kind() == Kind::not_trusted);
    CHECK(thrown_by([&] { TransportServer server("127.0.0.1", 0, mixed, {}); }).kind() ==
          Kind::not_trusted);
}
