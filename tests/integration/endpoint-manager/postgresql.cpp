#include "tests/integration/endpoint-manager/checks.hpp"
#include "tests/support/postgres.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <future>

using namespace endpoint::testing;
using namespace locum;
using endpoint::load::HttpClient;

namespace {

struct Database {
    Suite suite;
    testing::Postgres postgres;
    datasource::Settings settings = postgres.settings();

    Database() {
        // No rights but those that the migrations grant.
        postgres.as_locum()->script(
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM application; "
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM application");
        migrate(*postgres.as_locum(), settings, "", "1.0");
    }
};

} // namespace

TEST_CASE_FIXTURE(Database, "two servers under load in each version, and nothing fails") {
    loads_of_each_version(suite, settings,
                          [&] { migrate(*postgres.as_locum(), settings, "1.0", "2.0"); });
}

TEST_CASE_FIXTURE(Database, "a server connects again when its sessions were ended") {
    Node node = suite.start("node-1", "1.0", settings);
    HttpClient client(node.front);
    const auto superuser = postgres.as_superuser();
    for (int round = 0; round < 5; ++round) {
        superuser->query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                         "WHERE application_name = 'endpoint-manager'");
        await("they are gone", [&] {
            return superuser
                ->query("SELECT 1 FROM pg_stat_activity WHERE application_name = "
                        "'endpoint-manager'")
                .empty();
        });
        for (int i = 0; i < 8; ++i) {
            CHECK(client.exchange("GET", "/webapp/profiles/1").status == 200);
            CHECK(client.exchange("POST", "/device-connector/checkin?device=D00001").status == 200);
        }
    }
}

TEST_CASE_FIXTURE(Database, "a request that waits for the database is finished before the stop") {
    Node node = suite.start("node-1", "1.0", settings);
    HttpClient client(node.front);
    const std::string token =
        nlohmann::json::parse(
            client
                .exchange("POST", "/webapp/login", "", R"({"user":"admin","password":"endpoint"})")
                .body)
            .at("token");
    const auto other = postgres.as_superuser();
    other->script("BEGIN; UPDATE profile SET settings = settings WHERE id = 1");
    auto answer = std::async(std::launch::async, [&] {
        return client.exchange("PUT", "/webapp/profiles/1", token, R"({"value":"late"})");
    });
    const auto watcher = postgres.as_superuser();
    await("the write waits for the row", [&] {
        return !watcher
                    ->query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
                            "application_name = 'endpoint-manager'")
                    .empty();
    });
    node.process.signal(SIGTERM);
    await("the server takes no more connections", [&] {
        try {
            HttpClient(node.front).exchange("GET", "/probe");
            return false;
        } catch (const endpoint::load::TransportError& error) {
            return std::string(error.what()).find("refused") != std::string::npos;
        }
    });
    other->script("ROLLBACK");
    CHECK(answer.get().status == 200);
    CHECK(node.process.wait(stop_limit) == 0);
    CHECK(other->query("SELECT settings FROM profile WHERE id = 1").at(0).at(0) == "late");
}

TEST_CASE_FIXTURE(Database, "without the database there is a 500, and with it again an answer") {
    Node node = suite.start("node-1", "1.0", settings);
    HttpClient client(node.front);
    postgres.kill();
    CHECK(client.exchange("GET", "/webapp/profiles/1").status == 500);
    CHECK(client.exchange("GET", "/probe").status == 500);
    postgres.start();
    CHECK(client.exchange("GET", "/webapp/profiles/1").status == 200);
    CHECK(node.process.log().find(settings.application.password.reveal()) == std::string::npos);
}

TEST_CASE_FIXTURE(Database, "a server refuses the other schema, also when it connects again") {
    const endpoint::load::Front front{"127.0.0.1", free_port()};
    Process newer = suite.launch("node-1", "2.0", settings, 0, front);
    CHECK(newer.wait(std::chrono::seconds(5)) == 1);
    Node older = suite.start("node-2", "1.0", settings);
    HttpClient client(older.front);
    migrate(*postgres.as_locum(), settings, "1.0", "2.0");
    CHECK(client.exchange("GET", "/probe").status == 500);
    postgres.as_superuser()->query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                   "WHERE application_name = 'endpoint-manager'");
    const auto answer = client.exchange("POST", "/device-connector/checkin?device=D00001");
    CHECK(answer.status == 500);
    CHECK(answer.body.find("schema version '2.0'") != std::string::npos);
    CHECK(suite.start("node-3", "2.0", settings).process.running());
}
