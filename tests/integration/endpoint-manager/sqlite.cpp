#include "datasource/copy.hpp"
#include "datasource/guard.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "tests/integration/endpoint-manager/checks.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace endpoint::testing;
using namespace locum;

namespace {

// Two servers, one on the database, one in update mode on a copy that has the next schema.
struct UpdateMode {
    Suite suite;
    datasource::Settings productive = suite.make_sqlite();
    datasource::Settings copied = productive;
    std::unique_ptr<datasource::Connection> copy;
    Node first = suite.start("node-1", "1.0", productive);
    Node second;

    UpdateMode() : second(start_second()) {}

    Node start_second() {
        copied.file = suite.folder() + "/copy.db";
        const std::int64_t snapshot = platform::now_ms();
        datasource::connect_file(productive.file, {})->execute("VACUUM INTO $1", {copied.file});
        copy = datasource::connect_file(copied.file, {});
        migrate(*copy, copied, "1.0", "2.0");
        datasource::guard(*copy, {"session", "device_seen"});
        return suite.start("node-2", "2.0", copied, snapshot);
    }
    std::vector<endpoint::load::Front> fronts() const { return {first.front, second.front}; }
};

std::function<bool()> told(const Process& load) {
    return [&load] { return load.log().find("wrong at") != std::string::npos; };
}

} // namespace

TEST_CASE("two servers share a file under load, and nothing fails") {
    Suite suite;
    const auto settings = suite.make_sqlite();
    for (const LoadResult& load : loads_of_each_version(suite, settings, [&] {
             migrate(*datasource::connect_file(settings.file, {}), settings, "1.0", "2.0");
         })) {
        CAPTURE(load.errors);
        CHECK(load["stale"] == 0);
        CHECK(load["outage_ms"] == 0);
    }
}

TEST_CASE_FIXTURE(UpdateMode, "in update mode all but writes of profiles goes on") {
    const LoadResult load = suite.run_load(fronts(), 3);
    CAPTURE(load.errors);
    check_unharmed(load);
    CHECK(load["writes_refused"] > 0);
    CHECK(load["writes_acknowledged"] > 0);
    CHECK(load["stale"] > 0);
    CHECK(load["staleness_max_ms"] > 1000);
    CHECK(load["outage_ms"] == 0);
    CHECK(load["write_outage_ms"] > 0);
    // Node-local rows were written to the copy.
    CHECK(copy->query("SELECT count(*) FROM session").at(0).at(0) != "0");
    CHECK(copy->query("SELECT count(*) FROM device_seen").at(0).at(0) != "0");
}

TEST_CASE_FIXTURE(UpdateMode, "one row changed in a copy is found") {
    copy->script("DROP TRIGGER locum_guard_update_profile_revision");
    SUBCASE("to what was never written") {
        copy->script("UPDATE profile_revision SET value = 'profile-1-v9' WHERE profile = 1");
    }
    SUBCASE("to another profile's value") {
        copy->script("UPDATE profile_revision SET value = 'profile-2-v1' WHERE profile = 1");
    }
    SUBCASE("a device's profile") {
        copy->script("DROP TRIGGER locum_guard_update_device");
        copy->script("UPDATE device SET profile = 3 WHERE id = 'D00007'");
    }
    Process load = suite.launch_load(fronts(), {"--devices", "50"});
    await("what is wrong is told", told(load));
    const LoadResult result = suite.finish(load);
    CHECK(result.exit_code == 1);
    CHECK(result["wrong"] > 0);
    CHECK(result["failed"] == 0);
    CHECK(result.errors.find("by node-2") != std::string::npos);
}

TEST_CASE_FIXTURE(UpdateMode, "a copy that is older than its snapshot says is found") {
    // The second server again, but it claims a snapshot from a moment in the load.
    Process load = suite.launch_load(fronts());
    second.process.signal(SIGTERM);
    CHECK(second.process.wait(stop_limit) == 0);
    second.process = suite.launch("node-2", "2.0", copied, platform::now_ms(), second.front);
    await("what is wrong is told", told(load));
    const LoadResult result = suite.finish(load);
    CHECK(result["wrong"] > 0);
    CHECK(result.errors.find("had been acknowledged before the snapshot") != std::string::npos);
}

TEST_CASE("a server refuses every schema but its own") {
    Suite suite;
    const auto settings = suite.make_sqlite();
    const endpoint::load::Front front{"127.0.0.1", free_port()};
    Process newer = suite.launch("node-1", "2.0", settings, 0, front);
    CHECK(newer.wait(std::chrono::seconds(5)) == 1);
    CHECK(newer.log() == "endpoint-server: the database has schema version '1.0', and this server "
                         "2.0 needs 2.0\n");
    // Where it runs already, its statements break.
    Node older = suite.start("node-2", "1.0", settings);
    migrate(*datasource::connect_file(settings.file, {}), settings, "1.0", "2.0");
    endpoint::load::HttpClient client(older.front);
    for (const char* target :
         {"/probe", "/device-connector/config?device=D00001", "/webapp/profiles/1"})
        CHECK(client.exchange("GET", target).status == 500);
    Process again = suite.launch("node-3", "1.0", settings, 0, front);
    CHECK(again.wait(std::chrono::seconds(5)) == 1);
    // And the other way round.
    CHECK(suite.start("node-4", "2.0", settings).process.running());
}
