// Signals by name, and a program that executes another one in its place.

#include "tests/unit/cluster/supervisor_bench.hpp"

using namespace locum;
using namespace locum::testing;
using namespace std::chrono_literals;
using cluster::ServiceSpec;
using engine::Kind;

namespace {

ServiceSpec shell(const Bench& bench, const std::string& script) {
    ServiceSpec spec = bench.spec({});
    spec.argv = {"/bin/sh", "-c", script};
    return spec;
}

} // namespace

TEST_CASE(
    "supervisor: a start script that executes its server is one service, not one after another") {
    Bench bench;
    bench.supervisor->start(shell(bench, "echo started; exec sleep 1000"));
    const std::int64_t pid = bench.state().pid;
    CHECK(!within(700ms, [&] { return bench.log().starts_with("started\nstarted"); }));
    CHECK(bench.state().pid == pid);
    bench.supervisor.reset();
    bench.supervisor = bench.make();
    CHECK(bench.state().pid == pid);
    bench.supervisor->stop("server");
    CHECK(!runs(pid));
}

TEST_CASE("supervisor: the stop signal is the manifest's") {
    Bench bench;
    ServiceSpec spec =
        shell(bench, "trap 'echo asked; exit 0' INT; echo up; while :; do sleep 0.02; done");
    spec.stop_signal = "INT";
    bench.supervisor->start(spec);
    REQUIRE(within(5s, [&] { return bench.log() == "up\n"; }));
    bench.supervisor->stop("server");
    CHECK(bench.log() == "up\nasked\n");
}

TEST_CASE("supervisor: reload sends the manifest's signal to what runs") {
    Bench bench;
    ServiceSpec spec =
        shell(bench, "trap 'echo reloaded' USR2; echo up; while :; do sleep 0.02; done");
    spec.reload_signal = "USR2";
    bench.supervisor->start(spec);
    REQUIRE(within(5s, [&] { return bench.log() == "up\n"; }));
    const std::int64_t pid = bench.state().pid;
    spec.version = "2.0";
    spec.environment["NEW"] = "yes";
    bench.supervisor->reload(spec);
    CHECK(within(5s, [&] { return bench.log() == "up\nreloaded\n"; }));
    CHECK(bench.state().pid == pid);
    CHECK(bench.state().spec.version == "2.0");
    bench.supervisor = bench.make(); // the next agent knows it as what it is since the reload
    CHECK(bench.state().pid == pid);
    CHECK(bench.state().spec.environment.at("NEW") == "yes");
    bench.supervisor->stop("server");
    CHECK(error_of([&] { bench.supervisor->reload(spec); }).kind() == Kind::failed);
    ServiceSpec nobody = spec;
    nobody.name = "nobody";
    CHECK(error_of([&] { bench.supervisor->reload(nobody); }).kind() == Kind::failed);
    const ServiceSpec other = bench.sleeper("other");
    bench.supervisor->start(other);
    CHECK(error_of([&] { bench.supervisor->reload(other); }).kind() == Kind::usage);
}
