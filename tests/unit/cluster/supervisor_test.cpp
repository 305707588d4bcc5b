// Real processes under a supervisor: started, restarted, stopped, adopted by the next one.

#include "cluster/supervisor.hpp"
#include "tests/support/scratch.hpp"

#include <atomic>
#include <csignal>
#include <fstream>
#include <mutex>
#include <unistd.h>

using namespace locum;
using namespace locum::testing;
using namespace std::chrono_literals;
using cluster::ServiceSpec;
using cluster::ServiceState;
using cluster::ServiceStatus;
using cluster::Supervisor;
using engine::Kind;
using Clock = std::chrono::steady_clock;

namespace {

// What the gate says; empty: services may start.
struct Gate {
    std::mutex mutex;
    std::string reason;

    void says(const std::string& text) {
        std::lock_guard lock(mutex);
        reason = text;
    }
    cluster::StartGate gate() {
        return [this](const ServiceSpec&) -> std::optional<std::string> {
            std::lock_guard lock(mutex);
            return reason.empty() ? std::nullopt : std::optional(reason);
        };
    }
};

struct Bench {
    Scratch folder;
    Gate gate;
    std::unique_ptr<Supervisor> supervisor = make();

    std::unique_ptr<Supervisor> make() {
        return std::make_unique<Supervisor>(folder / "services", gate.gate());
    }
    // No service outlives a test, and none is left in the middle of a stop.
    ~Bench() {
        gate.says("the test is over");
        if (!supervisor)
            supervisor = make();
        for (const ServiceState& state : supervisor->states())
            supervisor->stop(state.spec.name);
    }

    ServiceSpec shell(const std::string& script, const std::string& name = "server") const {
        ServiceSpec spec;
        spec.name = name;
        spec.component = "server";
        spec.version = "1.0";
        spec.argv = {"/bin/sh", "-c", script};
        spec.environment = {{"WORD", "from the spec"}};
        spec.log_file = folder / (name + ".log");
        spec.stop_timeout = 5s;
        return spec;
    }
    ServiceSpec sleeper(const std::string& name = "server") const {
        ServiceSpec spec = shell("", name);
        spec.argv = {"/bin/sleep", "1000"};
        return spec;
    }

    ServiceState state(const std::string& name = "server") {
        for (ServiceState& state : supervisor->states())
            if (state.spec.name == name)
                return std::move(state);
        return {};
    }
    bool becomes(ServiceStatus status, std::chrono::milliseconds limit = 5s) {
        return within(limit, [&] { return state().status == status; });
    }
    // Until another process runs than before; 0 where none does in time.
    std::int64_t pid_other_than(std::int64_t before) {
        std::int64_t found = 0;
        within(5s, [&] {
            const ServiceState now = state();
            found = now.status == ServiceStatus::running && now.pid != before ? now.pid : 0;
            return found != 0;
        });
        return found;
    }
    std::string log(const std::string& name = "server") const {
        return platform::exists(folder / (name + ".log"))
                   ? platform::read_file(folder / (name + ".log"))
                   : "";
    }
};

// One that has ended and is not reaped yet runs no more.
bool runs(std::int64_t pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    std::getline(stat, text);
    const std::size_t name = text.rfind(')');
    return name != std::string::npos && text.size() > name + 2 && text[name + 2] != 'Z';
}

void kill_hard(std::int64_t pid) {
    REQUIRE(pid > 1);
    ::kill(static_cast<pid_t>(pid), SIGKILL);
    REQUIRE(within(5s, [&] { return !runs(pid); }));
}

} // namespace

TEST_CASE("supervisor: starts a service with its own environment and log, and stops it") {
    Bench bench;
    bench.supervisor->start(bench.shell("echo \"word: $WORD, home: $HOME\"; exec sleep 1000"));
    CHECK(bench.state().status == ServiceStatus::running);
    CHECK(within(5s, [&] { return bench.log() == "word: from the spec, home: \n"; }));
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

TEST_CASE(
    "supervisor: a start script that executes its server is one service, not one after another") {
    Bench bench;
    bench.supervisor->start(bench.shell("echo started; exec sleep 1000"));
    const std::int64_t pid = bench.state().pid;
    CHECK(!within(700ms, [&] { return bench.log().starts_with("started\nstarted"); }));
    CHECK(bench.state().pid == pid);
    bench.supervisor.reset();
    bench.supervisor = bench.make();
    CHECK(bench.state().pid == pid);
    bench.supervisor->stop("server");
    CHECK(!runs(pid));
}

TEST_CASE("supervisor: a running service is left as it is, whatever the spec says now") {
    Bench bench;
    bench.supervisor->start(bench.sleeper());
    const std::int64_t pid = bench.state().pid;
    ServiceSpec other = bench.sleeper();
    other.argv = {"/bin/sleep", "2000"};
    bench.supervisor->start(other);
    CHECK(bench.state().pid == pid);
    CHECK(bench.state().spec.argv[1] == "1000");
    bench.supervisor->stop("server");
    bench.supervisor->start(other);
    CHECK(bench.state().spec.argv[1] == "2000");
    CHECK(bench.state().pid != pid);
}

TEST_CASE("supervisor: one that dies is started again, after a pause that grows") {
    Bench bench;
    bench.supervisor->start(bench.sleeper());
    std::vector<Clock::duration> pauses;
    std::int64_t pid = bench.state().pid;
    for (unsigned restart = 1; restart <= 3; ++restart) {
        kill_hard(pid);
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
    bench.supervisor->start(bench.shell("exit 3"));
    REQUIRE(bench.becomes(ServiceStatus::restarting));
    CHECK(within(5s, [&] { return bench.state().why == "it ended by itself"; }));
    CHECK(within(5s, [&] { return bench.state().restarts >= 1; }));
    bench.supervisor->stop("server");
    CHECK(bench.state().status == ServiceStatus::stopped);
}

TEST_CASE("supervisor: one that ignores its stop signal is killed with all its children") {
    Bench bench;
    ServiceSpec spec = bench.shell("trap '' TERM; sleep 1000 & echo $!; wait; wait");
    spec.stop_timeout = 300ms;
    bench.supervisor->start(spec);
    REQUIRE(within(5s, [&] { return bench.log().ends_with("\n"); }));
    const std::int64_t child = std::stoll(bench.log());
    const std::int64_t pid = bench.state().pid;
    const Clock::time_point begun = Clock::now();
    bench.supervisor->stop("server");
    CHECK(Clock::now() - begun >= 300ms);
    CHECK(Clock::now() - begun < 10s);
    CHECK(!runs(pid));
    CHECK(within(5s, [&] { return !runs(child); }));
    CHECK(bench.state().status == ServiceStatus::stopped);
}

TEST_CASE("supervisor: the stop signal is the manifest's") {
    Bench bench;
    ServiceSpec spec =
        bench.shell("trap 'echo asked; exit 0' INT; echo up; while :; do sleep 0.02; done");
    spec.stop_signal = "INT";
    bench.supervisor->start(spec);
    REQUIRE(within(5s, [&] { return bench.log() == "up\n"; }));
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

    kill_hard(pid); // what was adopted is looked after
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
    kill_hard(pid);
    bench.supervisor = bench.make();
    CHECK(bench.pid_other_than(pid) > 0);
}

TEST_CASE("supervisor: a process that has the pid by now is neither adopted nor touched") {
    Bench bench;
    bench.supervisor->start(bench.sleeper());
    const std::int64_t pid = bench.state().pid;
    bench.supervisor.reset();
    kill_hard(pid);
    // The pid went to a process of somebody else: this test.
    const std::string record = bench.folder / "services/server.record";
    std::string text = platform::read_file(record);
    REQUIRE(text.starts_with(std::to_string(pid) + " "));
    text.replace(0, std::to_string(pid).size(), std::to_string(::getpid()));
    platform::write_file(record, text, 0600);
    bench.supervisor = bench.make();
    const std::int64_t next = bench.pid_other_than(::getpid());
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
    const std::int64_t pid = bench.state().pid;
    bench.gate.says("the schema is another one"); // what runs goes on
    CHECK(!bench.becomes(ServiceStatus::held, 300ms));
    kill_hard(pid);
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
    kill_hard(bench.state().pid);
    REQUIRE(bench.becomes(ServiceStatus::held));
    bench.supervisor->stop("server");
    CHECK(bench.state().status == ServiceStatus::stopped);
    bench.gate.says("");
    CHECK(!bench.becomes(ServiceStatus::running, 700ms));
}

TEST_CASE("supervisor: reload sends the manifest's signal to what runs") {
    Bench bench;
    ServiceSpec spec =
        bench.shell("trap 'echo reloaded' USR2; echo up; while :; do sleep 0.02; done");
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

TEST_CASE("supervisor: reload by a command, whose output proves it") {
    Bench bench;
    ServiceSpec spec = bench.sleeper();
    spec.reload_command = {{"/bin/sh", "-c", "echo done >> " + bench.folder / "told" + "; echo ok"},
                           "ok"};
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
    CHECK(contains(error.what(), "/bin/sh (to let server take its configuration up)"));
    CHECK(contains(error.what(), "did not print the line 'reloaded'"));
    CHECK(contains(error.remedy(), bench.folder / "server.log"));
    CHECK(bench.state().pid == pid); // it goes on with the old configuration
}

TEST_CASE("supervisor: a reload command that hangs keeps nobody from looking at the services") {
    Bench bench;
    ServiceSpec spec = bench.sleeper();
    spec.reload_command = {{"/bin/sh", "-c", "touch " + bench.folder / "begun" + "; sleep 1000"},
                           "ok"};
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
    CHECK(permissions(bench.folder / "services") == 0700);
    CHECK(permissions(bench.folder / "services/server.json") == 0600);
    CHECK(permissions(bench.folder / "server.log") == 0600);
}
