// Balancers that are driven by commands: a program stands in for consoles that misbehave.

#include "cluster/balancer_commands.hpp"
#include "tests/support/child.hpp"

#include <fstream>

using namespace locum;
using namespace locum::testing;
using namespace std::chrono_literals;
using cluster::BalancerPort;
using suite::BalancerCommands;

namespace {

using Words = std::vector<std::string>;

const std::string program = child({})[0];

suite::Command command(const Words& words, const std::string& output = "") {
    return {child(words), output};
}

// A port whose every command does this.
BalancerPort port(const Words& words, std::chrono::milliseconds limit = 5s) {
    BalancerCommands commands;
    commands.drain = command(words, "drained");
    commands.undrain = command(words, "undrained");
    commands.show = command(words).argv;
    commands.in_rotation = "in rotation";
    commands.out_of_rotation = "out of rotation";
    commands.idle = "idle";
    return cluster::command_port(commands, "node-1", "/log/front.log", limit);
}

cluster::BalancedServer shown(const std::string& output) {
    return port({"say", output}).show();
}

} // namespace

TEST_CASE("commands: a line of the output decides, blanks at its ends do not") {
    CHECK_NOTHROW(port({"out", "drained"}).drain());
    CHECK_NOTHROW(port({"say", "hello\n  drained\t\r\nbye"}).drain());
    CHECK_NOTHROW(port({"out", "undrained"}).undrain());
    for (const Words& words :
         {Words{"out", "undrained"}, {"out", "drained: no"}, {"err", "drained"}, {"exit", "0"}}) {
        CAPTURE(words.back());
        CHECK_THROWS_AS(port(words).drain(), engine::Error);
    }
}

TEST_CASE("commands: without an expected line the exit code decides") {
    BalancerCommands commands;
    commands.drain = command({"exit", "0"});
    commands.undrain = command({"out", "undrained", "exit", "3"});
    const BalancerPort quiet = cluster::command_port(commands, "node-1", "");
    CHECK_NOTHROW(quiet.drain());
    CHECK(contains(error_of([&] { quiet.undrain(); }).what(), "ended with exit code 3"));
}

TEST_CASE("commands: show tells where the server is, and whether it is idle") {
    const cluster::BalancedServer in = shown("in rotation\nbusy with 3\n");
    CHECK(in.in_rotation);
    CHECK_FALSE(in.idle);
    CHECK(in.says == "in rotation | busy with 3");
    const cluster::BalancedServer out = shown("idle\nout of rotation\n");
    CHECK_FALSE(out.in_rotation);
    CHECK(out.idle);
}

TEST_CASE("commands: show that tells neither, or both, is no answer") {
    for (const char* output : {"", "idle\n", "in rotation\nout of rotation\n", "rotation"}) {
        CAPTURE(output);
        const engine::Error error = error_of([&] { shown(output); });
        CHECK(error.kind() == engine::Kind::failed);
        CHECK(contains(error.what(),
                       program + " (to show node-1 in the balancer) did not print one of the lines "
                                 "'in rotation' and 'out of rotation'; it said"));
    }
}

TEST_CASE("commands: an error says what was run and what for, what it printed, what to do") {
    const engine::Error error = error_of([] {
        port({"out", "no server node-1", "err", "deep"}).drain();
    });
    CHECK(error.kind() == engine::Kind::failed);
    CHECK(std::string(error.what()) == program + " (to drain node-1 in the balancer) did not print "
                                                 "the line 'drained' to its standard "
                                                 "output; it said: no server node-1 | deep");
    CHECK(error.remedy() == "see whether the balancer runs and knows node-1 (locum status), and "
                            "its log /log/front.log");
}

TEST_CASE("commands: what is shown of garbage is short and printable") {
    const std::string said = error_of([] {
                                 port({"many", "3000000", "say", "\033[2J"}).undrain();
                             }).what();
    CHECK(said.size() < 700);
    CHECK(contains(said, "xxx"));
    CHECK(contains(error_of([] { port({"say", "a\033[2Jb"}).show(); }).what(), "a?[2Jb"));
    // No JSON could carry it.
    CHECK(port({"out", "in rotation", "byte", "255", "byte", "254"}).show().says ==
          "in rotation | ??");
    CHECK(contains(error_of([] { port({"byte", "255"}).drain(); }).what(), "it said: ?"));
}

TEST_CASE("commands: one that hangs is killed with all that it started") {
    const Scratch folder;
    const std::string pids = folder / "pids";
    const BalancerPort hanging = port(
        {"append-pid", pids, "beside", "append-pid " + pids + " sleep 1000000", "sleep", "1000000"},
        start_limit());
    unsigned calls = 0;
    for (const auto& call :
         {hanging.drain, hanging.undrain, std::function<void()>([&] { hanging.show(); })}) {
        const auto began = std::chrono::steady_clock::now();
        const engine::Error error = error_of(call);
        CHECK(std::chrono::steady_clock::now() - began < 10s);
        CHECK(
            contains(error.what(), "did not end within " + start_limit_text() + " and was killed"));
        CHECK(!error.remedy().empty());
        std::ifstream list(pids);
        unsigned count = 0;
        for (std::int64_t pid = 0; list >> pid; ++count)
            CHECK(within(5s, [&] { return !runs(pid); }));
        CHECK(count == 2 * ++calls);
    }
}

TEST_CASE("commands: a program that is missing, and one that dies") {
    BalancerCommands commands;
    commands.drain = {{"/nowhere/console"}, "drained"};
    const engine::Error missing =
        error_of([&] { cluster::command_port(commands, "node-1", "").drain(); });
    CHECK(contains(missing.what(), "/nowhere/console (to drain node-1 in the balancer): "));
    CHECK(!missing.remedy().empty());
    CHECK(contains(error_of([] { port({"die"}).drain(); }).what(), "was ended by signal 9"));
}
