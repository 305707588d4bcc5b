#include "tests/integration/endpoint-manager/fixture.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <csignal>

using namespace endpoint::testing;
using endpoint::load::Answer;
using endpoint::load::HttpClient;
using nlohmann::json;

namespace {

struct Server {
    Suite suite;
    locum::datasource::Settings settings = suite.make_sqlite();
    Node node = suite.start("node-1", "1.0", settings);
    HttpClient client{node.front};

    std::string log_in() {
        const Answer answer = client.exchange("POST", "/webapp/login", "",
                                              R"({"user":"admin","password":"endpoint"})");
        CHECK(answer.status == 200);
        return json::parse(answer.body).at("token");
    }
};

} // namespace

TEST_CASE_FIXTURE(Server, "devices get their configuration and check in") {
    const Answer config = client.exchange("GET", "/device-connector/config?device=D00052");
    CHECK(config.status == 200);
    CHECK(config.node == "node-1");
    CHECK(config.mode == "normal");
    CHECK_FALSE(config.snapshot_ms);
    CHECK(json::parse(config.body) ==
          json::parse(R"({"device":"D00052","profile":2,"version":1,"value":"profile-2-v1"})"));
    for (int count = 1; count <= 3; ++count)
        CHECK(json::parse(client.exchange("POST", "/device-connector/checkin?device=D00001").body)
                  .at("count") == count);
    CHECK(client.exchange("GET", "/device-connector/config?device=D02001").status == 404);
    CHECK(client.exchange("POST", "/device-connector/checkin?device=nobody").status == 404);
    CHECK(client.exchange("GET", "/device-connector/config").status == 400);
    CHECK(client.exchange("POST", "/device-connector/config?device=D00001").status == 405);
    CHECK(client.exchange("GET", "/elsewhere").status == 404);
    CHECK(client.exchange("GET", "/webapp/").status == 404); // no web app beside it
}

TEST_CASE_FIXTURE(Server, "administrators write profiles, and a token is good on every server") {
    const std::string token = log_in();
    Node other = suite.start("node-2", "1.0", settings);
    HttpClient second(other.front);
    const Answer written =
        second.exchange("PUT", "/webapp/profiles/7", token, R"({"value":"a \"b\" ü"})");
    CHECK(written.status == 200);
    CHECK(json::parse(written.body).at("version") == 2);
    CHECK(json::parse(client.exchange("GET", "/webapp/profiles/7").body).at("value") ==
          "a \"b\" ü");

    CHECK(client.exchange("PUT", "/webapp/profiles/7", token, R"({"value":"c","version":1})")
              .status == 409);
    CHECK(client.exchange("PUT", "/webapp/profiles/7", token, R"({"value":"c","version":2})")
              .status == 200);
    CHECK(client.exchange("PUT", "/webapp/profiles/51", token, R"({"value":"c"})").status == 404);
    CHECK(client.exchange("PUT", "/webapp/profiles/x", token, R"({"value":"c"})").status == 400);
    CHECK(client.exchange("PUT", "/webapp/profiles/7", token, R"({"value":1})").status == 400);
    CHECK(client.exchange("PUT", "/webapp/profiles/7", token, "nonsense").status == 400);
    CHECK(client.exchange("PUT", "/webapp/profiles/7", token + "0", R"({"value":"c"})").status ==
          401);
    CHECK(client.exchange("PUT", "/webapp/profiles/7", "", R"({"value":"c"})").status == 401);
    CHECK(json::parse(client.exchange("GET", "/webapp/profiles/7").body).at("version") == 3);
}

TEST_CASE_FIXTURE(Server, "only the right password logs in") {
    for (const char* body : {R"({"user":"admin","password":"Endpoint"})",
                             R"({"user":"nobody","password":"endpoint"})"})
        CHECK(client.exchange("POST", "/webapp/login", "", body).status == 401);
    CHECK(client.exchange("POST", "/webapp/login", "", R"({"user":"admin"})").status == 400);
    const auto database = locum::datasource::connect_file(settings.file, {});
    database->script("UPDATE admin SET active = 0");
    CHECK(client.exchange("POST", "/webapp/login", "", R"({"user":"admin","password":"endpoint"})")
              .status == 401);
}

TEST_CASE_FIXTURE(Server, "two hundred connections are served, and closed by a stop") {
    std::vector<HttpClient> clients;
    for (int i = 0; i < 200; ++i)
        clients.emplace_back(node.front);
    for (int round = 0; round < 3; ++round)
        for (HttpClient& each : clients)
            CHECK(each.exchange("GET", "/webapp/profiles/1").status == 200);
    node.process.signal(SIGTERM);
    CHECK(node.process.wait(stop_limit) == 0);
    CHECK(node.process.log().ends_with("endpoint-server: stopped\n")); // and cut nothing off
}

TEST_CASE("command line") {
    Suite suite;
    const auto run = [&](std::vector<std::string> argv, const std::string& log) {
        Process process(std::move(argv), suite.folder() + "/" + log);
        const int code = process.wait(std::chrono::seconds(5));
        return std::to_string(code) + ": " + process.log();
    };
    CHECK(run({program("endpoint-server-1.0"), "--version"}, "a") ==
          "0: endpoint-server 1.0 (schema 1.0)\n");
    CHECK(run({program("endpoint-server-2.0"), "--version"}, "b") ==
          "0: endpoint-server 2.0 (schema 2.0)\n");
    CHECK(run({program("endpoint-server-2.0")}, "c").starts_with("2: usage:"));
    CHECK(run({program("endpoint-server-2.0"), "--config", "/none"}, "d") ==
          "1: endpoint-server: cannot read the configuration file /none\n");
    CHECK(run({program("endpoint-load"), "--front", "here"}, "e").starts_with("2: "));
}

TEST_CASE_FIXTURE(Server, "a port that is taken is told") {
    Process again = suite.launch("node-2", "1.0", settings, 0, node.front);
    CHECK(again.wait(std::chrono::seconds(5)) == 1);
    CHECK(again.log() ==
          "endpoint-server: cannot listen on " + node.front.text() + ": Address already in use\n");
}
