// A service that Locum hosts: what the agent says, and how it ends.
#include "cluster/service_host.hpp"
#include "cluster/service_unit.hpp"
#include "cluster/service_units.hpp"
#include "platform/process.hpp"
#include "platform/service.hpp"
#include "platform/service_definition.hpp"
#include "platform/service_process.hpp"
#include "tests/support/programs.hpp"
#include "tests/support/scratch.hpp"

#include <atomic>
#include <thread>

using namespace locum;
using namespace locum::testing;
using namespace std::chrono_literals;

namespace {

struct Process final : platform::ServiceProcess {
    bool failed_before = false;
    bool up = false;
    std::function<void()> when_up = {};
    void is_up() override {
        up = true;
        if (when_up)
            when_up();
    }
    bool after_failure() const override { return failed_before; }
};

struct Host {
    Scratch scratch;
    cluster::Layout layout{scratch.path(), "small"};
    std::string folder = cluster::services_folder(layout);
    cluster::ServicePermit permit;
    Process process;

    explicit Host(std::vector<std::string> words) {
        platform::make_folders(folder, 0700);
        words.insert(words.begin(), built("unit-platform-child"));
        permit.pid = platform::self().pid;
        permit.record.spec.name = "server";
        permit.record.spec.argv = std::move(words);
        permit.record.spec.log_file = scratch / "log";
        permit.record.spec.stop_timeout = 20s;
        permit.record.wanted = true;
    }
    int run() {
        cluster::store_permit(folder, permit);
        return cluster::run_service(layout, "server", process);
    }
    std::string log() const {
        return platform::exists(scratch / "log") ? platform::read_file(scratch / "log") : "";
    }
};

} // namespace

TEST_CASE("service host: a program that ends by itself failed, whatever it says") {
    Host seven({"out", "seen", "exit", "7"});
    CHECK(seven.run() == 7);
    CHECK(seven.process.up);
    CHECK(seven.log().find("seen") != std::string::npos);
    Host well({"exit", "0"});
    CHECK(well.run() == 1);
}

TEST_CASE("service host: one that is stopped ends its program, and ended well") {
    Host host({"hear", "wait", "out", "told", "exit", "3"});
    host.process.when_up = [&] {
        REQUIRE(within(20s, [&] { return platform::exists(host.scratch / "log"); }));
        platform::send_signal(platform::self(), "TERM");
    };
    CHECK(host.run() == 0);
}

TEST_CASE("service host: what may not start is not started, and that is no failure") {
    Host refused({"out", "seen"});
    refused.permit.refused = "its schema is another one";
    CHECK(refused.run() == 0);
    CHECK(!refused.process.up);
    CHECK(refused.log() == "");
    Host stopped({"out", "seen"}); // after it failed, before it was started again for that
    stopped.permit.record.wanted = false;
    stopped.process.failed_before = true;
    CHECK(stopped.run() == 0);
    CHECK(!stopped.process.up);
    stopped.process.failed_before = false; // a person starts it
    CHECK(stopped.run() == 1);
    CHECK(stopped.process.up);
}

TEST_CASE("service host: a permit is for one process, and goes with the service") {
    Host host({"exit", "0"});
    const auto found = [&](std::int64_t pid) {
        return cluster::permit_for(host.folder, "server", pid);
    };
    CHECK(!found(host.permit.pid));
    cluster::store_permit(host.folder, host.permit);
    REQUIRE(found(host.permit.pid));
    CHECK(found(host.permit.pid)->record.spec.argv == host.permit.record.spec.argv);
    CHECK(!found(host.permit.pid + 1));
    cluster::remove_service(host.folder, "server");
    CHECK(!platform::exists(cluster::permit_file(host.folder, "server")));
    platform::write_file(cluster::permit_file(host.folder, "server"), "{", 0600);
    CHECK_THROWS_AS(found(1), engine::Error);
}

TEST_CASE("service host: a permit that goes or is exchanged meanwhile is there or not, no error") {
    Host host({"exit", "0"});
    std::atomic<bool> over = false;
    std::string agents_error;
    std::thread agent([&] {
        try {
            for (int round = 0; round < 100; ++round) {
                cluster::store_permit(host.folder, host.permit);
                platform::remove_all(cluster::permit_file(host.folder, "server"));
            }
        } catch (const std::exception& thrown) {
            agents_error = thrown.what();
        }
        over = true;
    });
    std::string error;
    while (!over && error.empty())
        try {
            cluster::permit_for(host.folder, "server", host.permit.pid);
        } catch (const engine::Error& thrown) {
            error = thrown.what();
        }
    agent.join();
    CHECK(error == "");
    CHECK(agents_error == "");
}

TEST_CASE("service units: who may use the files is whom the manager runs the service as") {
    const Scratch scratch;
    const cluster::Layout below{scratch.path(), "small"};
    CHECK(cluster::account_in_use(below, "server", "chosen") == "chosen");
    // Of this process, so that cases which run at the same time have others.
    const cluster::Layout host{"", "unit-" + std::to_string(platform::self().pid)};
    CHECK(cluster::account_in_use(host, "server", "chosen") == "chosen"); // not there yet
    if (!cluster::services_have_host() || !platform::service_manager_runs())
        return;
    const std::string unit = cluster::service_unit_name(host.suite, "server");
    platform::ServiceDefinition definition;
    definition.title = unit;
    definition.command = platform::service_command({built("unit-platform-child")});
    platform::install_service_unit(unit, platform::text_of(definition),
                                   "NT AUTHORITY\\LocalService");
    const std::string found = cluster::account_in_use(host, "server", "chosen");
    platform::remove_service_unit(unit);
    CHECK(found == "NT AUTHORITY\\LocalService");
}
