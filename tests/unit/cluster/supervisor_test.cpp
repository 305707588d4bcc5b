// Real processes under a supervisor: started, restarted, stopped, adopted by the next one.

#include "tests/unit/cluster/supervisor_bench.hpp"

#include <thread>

using namespace locum;
using namespace locum::testing;
using namespace std::chrono_literals;
using cluster::ServiceSpec;
using cluster::ServiceState;
using cluster::ServiceStatus;
using cluster::Supervisor;
using engine::Kind;
using Clock = std::chrono::steady_clock;

TEST_CASE("supervisor: starts a service with its own environment and log, and stops it") {
    Bench bench;
    bench.supervisor->start(
        bench.spec({"variable", "WORD", "variable", "HOME", "sleep", "1000000"}));
    CHECK(bench.state().status == ServiceStatus::running);
    CHECK(within(5s, [&] { return bench.log() == "from the spec\nunset\n"; }));
    const std::int64_t pid = bench.state().pid;
    CHECK(runs(pid));
    CHECK(bench.state().restarts == 0);
    bench.supervisor->stop("server");
    CHECK(!runs(pid));
    CHECK(bench.state().status == ServiceStatus::stopped);
    CHECK(bench.state().pid == 0);
    CHECK(!bench.becomes(ServiceStatus::running, 500ms)); // and it stays so
    bench.supervisor->stop("server");
    bench.supervisor->stop("one that was never there");
}

TEST_CASE("supervisor: a running service is left as it is, whatever the spec says now") {
    Bench bench;
    bench.supervisor->start(bench.sleeper());
    const std::int64_t pid = bench.state().pid;
    const ServiceSpec other = bench.spec({"sleep", "2000000"});
    bench.supervisor->start(other);
    CHECK(bench.state().pid == pid);
    CHECK(bench.state().spec.argv[2] == "1000000");
    bench.supervisor->stop("server");
    bench.supervisor->start(other);
    CHECK(bench.state().spec.argv[2] == "2000000");
    CHECK(bench.state().pid != pid);
}

TEST_CASE("supervisor: one that dies is started again, after a pause that grows") {
    Bench bench;
    bench.supervisor->start(bench.sleeper());
    std::vector<Clock::duration> pauses;
    std::int64_t pid = bench.state().pid;
    for (unsigned restart = 1; restart <= 3; ++restart) {
        kill_hard(bench);
        const Clock::time_point died = Clock::now();
        pid = bench.pid_other_than(pid);
        REQUIRE(pid > 0);
        pauses.push_back(Clock::now() - died);
        CHECK(bench.state().restarts == restart);
    }
    CHECK(pauses[0] >= 150ms); // 200 ms, looked at every 100 ms
    CHECK(pauses[1] >= 350ms);
    CHECK(pauses[2] >= 750ms);
    CHECK(pauses[2] < 10s);
}

TEST_CASE("supervisor: between death and restart it says so") {
    Bench bench;
    bench.supervisor->start(bench.spec({"exit", "3"}));
    REQUIRE(bench.becomes(ServiceStatus::restarting));
    CHECK(within(5s, [&] { return bench.state().why == "it ended by itself"; }));
    CHECK(within(5s, [&] { return bench.state().restarts >= 1; }));
    bench.supervisor->stop("server");
    CHECK(bench.state().status == ServiceStatus::stopped);
}

TEST_CASE("supervisor: one that ignores its stop signal is killed with all its children") {
    Bench bench;
    const std::string file = bench.folder / "child";
    ServiceSpec spec =
        bench.spec({"hear", "beside", "append-pid " + file + " sleep 1000000", "sleep", "1000000"});
    spec.stop_timeout = 300ms;
    bench.supervisor->start(spec);
    REQUIRE(within(
        20s, [&] { return platform::exists(file) && platform::read_file(file).ends_with("\n"); }));
    const std::int64_t child = std::stoll(platform::read_file(file));
    CHECK(runs(child));
    const std::int64_t pid = bench.state().pid;
    const Clock::time_point begun = Clock::now();
    bench.supervisor->stop("server");
    CHECK(Clock::now() - begun >= 300ms);
    CHECK(Clock::now() - begun < 10s);
    CHECK(!runs(pid));
    CHECK(within(5s, [&] { return !runs(child); }));
    CHECK(bench.state().status == ServiceStatus::stopped);
}

TEST_CASE("supervisor: a service hears that it is to stop, and does its last work") {
    Bench bench;
    bench.supervisor->start(bench.spec({"hear", "out", "up", "wait", "out", "asked"}));
    REQUIRE(within(20s, [&] { return bench.log() == "up\n"; }));
    bench.supervisor->stop("server");
    CHECK(bench.log() == "up\nasked\n");
}

TEST_CASE("supervisor: its end leaves the services running, the next one adopts them") {
    Bench bench;
    bench.supervisor->start(bench.sleeper());
    bench.supervisor->start(bench.sleeper("other"));
    const std::int64_t pid = bench.state().pid;
    bench.supervisor->stop("other");
    bench.supervisor.reset();
    CHECK(runs(pid));
    bench.supervisor = bench.make();
    CHECK(bench.state().status == ServiceStatus::running);
    CHECK(bench.state().pid == pid);
    CHECK(bench.state().restarts == 0);
    CHECK(bench.state("other").status == ServiceStatus::stopped);
    CHECK(bench.state().spec.argv == bench.sleeper().argv);
    CHECK(bench.state().spec.environment == bench.sleeper().environment);
    CHECK(bench.state().spec.stop_timeout == bench.sleeper().stop_timeout);

    kill_hard(bench); // what was adopted is looked after
    const std::int64_t next = bench.pid_other_than(pid);
    CHECK(next > 0);
    bench.supervisor->stop("server");
    CHECK(!runs(next));
}

TEST_CASE(
    "supervisor: a record of a process that has died is not adopted, the service starts anew") {
    Bench bench;
    bench.supervisor->start(bench.sleeper());
    const std::int64_t pid = bench.state().pid;
    bench.supervisor.reset();
    kill_hard(bench);
    bench.supervisor = bench.make();
    CHECK(bench.pid_other_than(pid) > 0);
}

TEST_CASE("supervisor: a process that has the pid by now is neither adopted nor touched") {
    Bench bench;
    bench.supervisor->start(bench.sleeper());
    const std::int64_t pid = bench.state().pid;
    bench.supervisor.reset();
    kill_hard(bench);
    // The pid went to a process of somebody else: this test.
    const std::string record = bench.folder / "services/server.record";
    std::string text = platform::read_file(record);
    REQUIRE(text.starts_with(std::to_string(pid) + " "));
    text.replace(0, std::to_string(pid).size(), std::to_string(platform::self().pid));
    platform::write_file(record, text, 0600);
    bench.supervisor = bench.make();
    const std::int64_t next = bench.pid_other_than(platform::self().pid);
    CHECK(next > 0);
    bench.supervisor->stop("server"); // this test is still here
    CHECK(!runs(next));
}

TEST_CASE("supervisor: a gate that says no keeps a service from starting, with its reason") {
    Bench bench;
    bench.gate.says("the productive database is fenced");
    const engine::Error error = error_of([&] { bench.supervisor->start(bench.sleeper()); });
    CHECK(error.kind() == Kind::refused);
    CHECK(contains(error.what(), "server is not started: the productive database is fenced"));
    CHECK(!error.remedy().empty());
    CHECK(bench.supervisor->states().empty());

    bench.gate.says("");
    bench.supervisor->start(bench.sleeper());
    bench.gate.says("the schema is another one"); // what runs goes on
    CHECK(!bench.becomes(ServiceStatus::held, 300ms));
    kill_hard(bench);
    REQUIRE(bench.becomes(ServiceStatus::held));
    CHECK(bench.state().why == "the schema is another one");
    bench.gate.says("");
    CHECK(bench.becomes(ServiceStatus::running));
    CHECK(bench.state().why == "");
}

TEST_CASE("supervisor: one that is held can be stopped, and then stays away") {
    Bench bench;
    bench.supervisor->start(bench.sleeper());
    bench.gate.says("no");
    kill_hard(bench);
    REQUIRE(bench.becomes(ServiceStatus::held));
    bench.supervisor->stop("server");
    CHECK(bench.state().status == ServiceStatus::stopped);
    bench.gate.says("");
    CHECK(!bench.becomes(ServiceStatus::running, 700ms));
}

TEST_CASE("supervisor: reload by a command, whose output proves it") {
    Bench bench;
    ServiceSpec spec = bench.sleeper();
    spec.reload_command = {child({"append", bench.folder / "told", "done", "out", "ok"}), "ok"};
    bench.supervisor->start(spec);
    const std::int64_t pid = bench.state().pid;
    bench.supervisor->reload(spec);
    CHECK(platform::read_file(bench.folder / "told") == "done\n");
    bench.supervisor = bench.make(); // the next agent knows the command
    REQUIRE(bench.state().spec.reload_command);
    CHECK(bench.state().spec.reload_command->argv == spec.reload_command->argv);
    CHECK(bench.state().spec.reload_command->output == "ok");

    spec.reload_command->output = "reloaded";
    const engine::Error error = error_of([&] { bench.supervisor->reload(spec); });
    CHECK(error.kind() == Kind::failed);
    CHECK(contains(error.what(), child({})[0] + " (to let server take its configuration up)"));
    CHECK(contains(error.what(), "did not print the line 'reloaded'"));
    CHECK(contains(error.remedy(), bench.folder / "server.log"));
    CHECK(bench.state().pid == pid); // it goes on with the old configuration
}

TEST_CASE("supervisor: a reload command that hangs keeps nobody from looking at the services") {
    Bench bench;
    ServiceSpec spec = bench.sleeper();
    spec.reload_command = {child({"append", bench.folder / "begun", "", "sleep", "1000000"}), "ok"};
    bench.supervisor->start(spec);
    std::thread reloading([&] {
        CHECK(contains(error_of([&] { bench.supervisor->reload(spec); }).what(), "did not end"));
    });
    REQUIRE(within(5s, [&] { return platform::exists(bench.folder / "begun"); }));
    CHECK(bench.state().status == ServiceStatus::running);
    reloading.join();
}

TEST_CASE("supervisor: a program that is not there is an error at once") {
    Bench bench;
    ServiceSpec spec = bench.sleeper();
    spec.argv = {bench.folder / "missing"};
    const engine::Error error = error_of([&] { bench.supervisor->start(spec); });
    CHECK(contains(error.what(), bench.folder / "missing"));
    CHECK(bench.state().status != ServiceStatus::running);
    bench.supervisor->stop("server");
    CHECK(bench.state().status == ServiceStatus::stopped);
}

TEST_CASE("supervisor: a service that is forgotten leaves no file") {
    Bench bench;
    bench.supervisor->start(bench.sleeper());
    const std::int64_t pid = bench.state().pid;
    bench.supervisor->forget("server");
    CHECK(!runs(pid));
    CHECK(bench.supervisor->states().empty());
    CHECK(platform::list_folder(bench.folder / "services").empty());
}

TEST_CASE("supervisor: what it keeps is for us alone") {
    Bench bench;
    bench.supervisor->start(bench.sleeper());
    CHECK(platform::has_mode(permissions(bench.folder / "services"), 0700));
    CHECK(platform::has_mode(permissions(bench.folder / "services/server.json"), 0600));
    CHECK(platform::has_mode(permissions(bench.folder / "server.log"), 0600));
}
