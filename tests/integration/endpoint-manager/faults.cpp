#include "tests/integration/endpoint-manager/fixture.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <csignal>

using namespace endpoint::testing;
using namespace locum;

namespace {

struct TwoServers {
    Suite suite;
    datasource::Settings settings = suite.make_sqlite();
    Node first = suite.start("node-1", "1.0", settings);
    Node second = suite.start("node-2", "1.0", settings);
    std::vector<endpoint::load::Front> fronts() const { return {first.front, second.front}; }
};

} // namespace

TEST_CASE_FIXTURE(TwoServers,
                  "a server that is killed is counted as failed requests, not as lost writes") {
    Process load = suite.launch_load(fronts());
    second.process.signal(SIGKILL);
    CHECK(second.process.wait(std::chrono::seconds(5)) == -SIGKILL);
    await("requests fail", [&] { return load.log().find("failed at") != std::string::npos; });
    const LoadResult result = suite.finish(load);
    CAPTURE(result.errors);
    CHECK(result.exit_code == 1);
    CHECK(result["failed"] > 0);
    CHECK(result["wrong"] == 0);
    CHECK(result["writes_lost"] == 0);
    CHECK(result["outage_ms"] > 0);
}

TEST_CASE_FIXTURE(TwoServers, "committed writes that vanish are counted as lost") {
    Process load = suite.launch_load(fronts());
    const auto database = datasource::connect_file(settings.file, {});
    load.signal(SIGSTOP); // so that none of its writes covers this one up
    database->script(
        "UPDATE profile SET version = version - 1, settings = 'profile-3-v1' WHERE id = 3");
    load.signal(SIGCONT);
    const LoadResult result = suite.finish(load);
    CAPTURE(result.errors);
    CHECK(result.exit_code == 1);
    CHECK(result["writes_lost"] == 1);
}

TEST_CASE_FIXTURE(TwoServers, "a value changed behind the servers' back is wrong") {
    Process load = suite.launch_load(fronts(), {"--devices", "1"});
    const auto database = datasource::connect_file(settings.file, {});
    await("the change is seen", [&] {
        database->script("UPDATE profile SET settings = 'profile-1-v999999' WHERE id = 1");
        return load.log().find("wrong at") != std::string::npos;
    });
    const LoadResult result = suite.finish(load);
    CHECK(result.exit_code == 1);
    CHECK(result["wrong"] > 0);
    CHECK(result["failed"] == 0);
}

TEST_CASE_FIXTURE(TwoServers, "a stop under load takes a second at most and ends in order") {
    Process load = suite.launch_load(fronts());
    second.process.signal(SIGTERM);
    CHECK(second.process.wait(stop_limit) == 0);
    CHECK(second.process.log().find("endpoint-server: stopped") != std::string::npos);
    // It comes back on the same port at once.
    second.process = suite.launch("node-2", "1.0", settings, 0, second.front);
    endpoint::load::HttpClient client(second.front);
    await("it answers", [&] {
        try {
            return client.exchange("GET", "/probe").status == 200;
        } catch (const endpoint::load::TransportError&) {
            return false;
        }
    });
    const LoadResult result = suite.finish(load);
    CHECK(result["wrong"] == 0);
    CHECK(result["writes_lost"] == 0);
    // What failed could not connect, but for a few whose request met the end of its connection.
    CHECK(result["failed"] > 0);
}

TEST_CASE_FIXTURE(TwoServers, "what cannot be read back counts as lost") {
    Process load = suite.launch_load(fronts());
    first.process.signal(SIGKILL);
    second.process.signal(SIGKILL);
    const LoadResult result = suite.finish(load);
    CHECK(result.exit_code == 1);
    CHECK(result["writes_lost"] == result["writes_acknowledged"]);
    CHECK(result["outage_ms"] > 10'000);
    CHECK(result["longest_gap_ms"] > 10'000);
    CHECK(result.errors.find("could not be read back") != std::string::npos);
}

TEST_CASE("with no server at all the load does not start") {
    Suite suite;
    Process load({program("endpoint-load"), "--front", "127.0.0.1:" + std::to_string(free_port())},
                 suite.folder() + "/load.log");
    CHECK(load.wait(std::chrono::seconds(10)) == 2);
    CHECK(load.log().find("cannot connect: Connection refused") != std::string::npos);
}

TEST_CASE_FIXTURE(TwoServers, "more devices or clients than there are stop it before it starts") {
    for (const std::vector<std::string>& options :
         {std::vector<std::string>{"--devices", "2001"}, {"--clients", "51"}}) {
        std::vector<std::string> argv{program("endpoint-load"), "--front", first.front.text()};
        argv.insert(argv.end(), options.begin(), options.end());
        Process load(argv, suite.folder() + "/load.log");
        CHECK(load.wait(std::chrono::seconds(10)) == 2);
        CHECK(load.log().find(options[0] + " " + options[1] + ":") != std::string::npos);
    }
}
