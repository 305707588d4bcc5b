#include "cluster/probe.hpp"
#include "tests/support/child.hpp"
#include "tests/support/tiny_server.hpp"

using namespace locum;
using namespace locum::testing;
using namespace std::chrono_literals;
using cluster::HttpTarget;
using cluster::TcpTarget;
using Clock = std::chrono::steady_clock;

namespace {

TinyServer answering(const std::string& text) {
    return TinyServer(
        [text](const std::string&, Socket connection) { send_text(connection, text); });
}

std::string http(const std::string& body, const std::string& status = "200 OK") {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

// "" where it is well.
std::string ask(const TinyServer& server, const std::string& body = "", unsigned status = 200,
                std::chrono::milliseconds limit = 2s) {
    const std::string url = "http://" + server.address() + "/probe?deep=1";
    return cluster::ask({"profile", HttpTarget{url, status, body, {}}, limit}).value_or("");
}

} // namespace

TEST_CASE("probe: the right status, and the body holds what is expected") {
    const TinyServer server = answering(http("all is ok 2.0\n"));
    CHECK(ask(server) == "");
    CHECK(ask(server, "ok 2.0") == "");
    CHECK(ask(server, "ok 3.0") ==
          "probe profile: http://" + server.address() +
              "/probe?deep=1 answered 200 \"all is ok 2.0\\n\"; expected 200 \"ok 3.0\"");
    CHECK(contains(ask(server, "", 204), "answered 200"));
}

TEST_CASE("probe: asks for its path, at its host") {
    std::string seen;
    TinyServer server([&](const std::string& head, Socket connection) {
        seen = head;
        send_text(connection, http(""));
    });
    CHECK(ask(server) == "");
    server.stop();
    CHECK(seen.starts_with("GET /probe?deep=1 HTTP/1.1\r\n"));
    CHECK(contains(seen, "\r\nHost: " + server.address() + "\r\n"));
}

TEST_CASE("probe: another status is not well, with the beginning of what was said") {
    const TinyServer server = answering(http(std::string(1000, 'x'), "503 Service Unavailable"));
    const std::string why = ask(server);
    CHECK(contains(why, "answered 503 \"" + std::string(200, 'x') + "\"; expected 200"));
    CHECK(ask(server, "", 503) == "");
}

TEST_CASE("probe: answers of every form") {
    CHECK(ask(answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n4\r\n "
                        "2.0\r\n0\r\n\r\n"),
              "ok 2.0") == "");
    CHECK(ask(answering("HTTP/1.0 200 OK\r\n\r\nok until the end"), "until the end") == "");
    CHECK(ask(answering("HTTP/1.1 204 No Content\r\n\r\n"), "", 204) == "");
}

TEST_CASE("probe: silence, and an answer without end, end with the time") {
    const TinyServer silent(
        [](const std::string&, Socket connection) { wait_for_end(connection); });
    const TinyServer endless([](const std::string&, Socket connection) {
        send_text(connection, "HTTP/1.1 200 OK\r\n");
        while (!gone_within(connection, 20))
            send_text(connection, "X-More: yes\r\n");
    });
    for (const TinyServer* server : {&silent, &endless}) {
        const Clock::time_point begun = Clock::now();
        CHECK(ask(*server, "", 200, 300ms) == "probe profile: http://" + server->address() +
                                                  "/probe?deep=1 sent no answer within 300 ms");
        CHECK(Clock::now() - begun >= 290ms);
        CHECK(Clock::now() - begun < 10s);
    }
}

TEST_CASE("probe: a body that does not end in time is not well") {
    const TinyServer server([](const std::string&, Socket connection) {
        send_text(connection, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nok 2.0");
        wait_for_end(connection);
    });
    CHECK(ask(server, "ok 2.0", 200, 300ms) != "");
}

TEST_CASE("probe: what is no HTTP, or more than anybody would read") {
    CHECK(contains(ask(answering("SSH-2.0-OpenSSH_9.2\r\n\r\n")), "does not answer in HTTP"));
    CHECK(contains(ask(answering("")), "sent no answer"));
    CHECK(contains(ask(answering("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nx")),
                   "does not answer in HTTP"));
}

TEST_CASE("probe: nobody listens, or the name is none") {
    TinyServer server = answering(http(""));
    server.stop();
    const std::string why = ask(server);
    CHECK(contains(why,
                   "probe profile: no connection to 127.0.0.1:" + std::to_string(server.port())));
    CHECK(contains(why, "refused"));
    CHECK(contains(cluster::ask({"named", HttpTarget{"http://no such host/"}, 2s}).value_or(""),
                   "'no such host:80' is not an address; expected HOST:PORT"));
}

TEST_CASE("probe: over TCP a connection is enough") {
    TinyServer server([](const std::string&, Socket) {});
    const cluster::ProbeTarget target{"port", TcpTarget{server.address()}, 2s};
    CHECK(!cluster::ask(target));
    server.stop();
    CHECK(contains(cluster::ask(target).value_or(""), "no connection to " + server.address()));
}

TEST_CASE("probe: headers are sent, and what they hold is in no message") {
    std::string seen;
    TinyServer server([&](const std::string& head, Socket connection) {
        seen = head;
        send_text(connection, http("no such key: k3y", "401 Unauthorized"));
    });
    HttpTarget target{"http://" + server.address() + "/"};
    target.headers["X-API-Key"] = engine::Secret("k3y");
    target.headers["Accept"] = engine::Secret("text/plain");
    const std::string why = cluster::ask({"zone", target}).value_or("");
    server.stop();
    CHECK(contains(seen, "\r\nX-API-Key: k3y\r\n"));
    CHECK(contains(seen, "\r\nAccept: text/plain\r\n"));
    CHECK(seen.ends_with("\r\n\r\n"));
    CHECK(contains(why, "answered 401 \"no such key: {header X-API-Key}\"; expected 200"));
    CHECK(!contains(why, "k3y"));
}

TEST_CASE("probe: a server that repeats the token of a header does not give it away") {
    const std::string token(150, 't');
    const TinyServer server = answering(http(
        "no such token: \"" + token + "\" " + std::string(40, '.') + token, "401 Unauthorized"));
    HttpTarget target{"http://" + server.address() + "/?key=" + token};
    target.headers["Authorization"] = engine::Secret("Bearer " + token);
    cluster::ProbeTarget probe{"zone", target};
    probe.secrets = {{"secret.api", engine::Secret(token)}};
    CHECK(cluster::ask(probe) == "probe zone: http://" + server.address() +
                                     "/?key={secret.api} answered 401 \"no such token: "
                                     "\\\"{secret.api}\\\" " +
                                     std::string(40, '.') + "{secret.api}\"; expected 200 \"\"");
}

TEST_CASE("probe: a command's words and output are told without secrets") {
    cluster::ProbeTarget probe{"login",
                               cluster::CommandTarget{child({"say", "pa\"ss", "exit", "1"}), ""}};
    probe.secrets = {{"datasource.password", engine::Secret("pa\"ss")}};
    const std::string why = cluster::ask(probe).value_or("");
    CHECK(contains(why, "say {datasource.password} exit 1 "));
    CHECK(contains(why, "it said \"{datasource.password}\""));
    CHECK(!contains(why, "ss\""));
}

TEST_CASE("probe: a header's value with a line break is not sent") {
    std::string seen;
    TinyServer server([&](const std::string& head, Socket connection) {
        seen = head;
        send_text(connection, http(""));
    });
    HttpTarget target{"http://" + server.address() + "/"};
    target.headers["X-Key"] = engine::Secret("a\r\nX-Other: b");
    CHECK(cluster::ask({"zone", target}) ==
          "probe zone: the value of header X-Key has a line break; expected one line");
    server.stop();
    CHECK(seen.empty());
}

TEST_CASE("probe: what proves the version says so") {
    const TinyServer server = answering(http("1.0"));
    const HttpTarget target{"http://" + server.address() + "/", 200, "2.0"};
    CHECK(contains(cluster::ask({"version", target, 2s, true}).value_or(""),
                   "probe version, which proves the version: http://"));
}
