#include "platform/companion.hpp"
#include "platform/files.hpp"
#include "tests/unit/platform/linux/support.hpp"

#include <csignal>

using namespace locum;
using namespace locum::platform;
using namespace std::chrono_literals;
using testing::contains;
using testing::Scratch;
using testing::within;

namespace {

Command script(const std::string& text) {
    Command command;
    command.argv = {"sh", "-c", text};
    return command;
}

} // namespace

TEST_CASE("companion: it is told to end by SIGTERM, and may say how that went") {
    const Scratch scratch;
    const std::string log = scratch / "log";
    Companion companion(
        script("trap 'echo told; exit 7' TERM; echo ready; while :; do sleep 0.01; done"), log);
    REQUIRE(within(10s, [&] { return contains(read_end(log, 100), "ready"); }));
    CHECK(!companion.ended());
    const Finished finished = companion.end(10s);
    CHECK(finished.exit_code == 7);
    CHECK(!finished.timed_out);
    CHECK(contains(read_file(log), "told"));
}

TEST_CASE("companion: one that hangs is killed after its grace, with all that it started") {
    const Scratch scratch;
    const std::string log = scratch / "log";
    Companion companion(script("trap '' TERM; sleep 1000 & echo $!; wait; wait"), log);
    REQUIRE(within(10s, [&] { return contains(read_end(log, 100), "\n"); }));
    const auto begun = std::chrono::steady_clock::now();
    const Finished finished = companion.end(100ms);
    CHECK(finished.timed_out);
    CHECK(std::chrono::steady_clock::now() - begun < 10s);
    const int child = std::stoi(read_file(log));
    CHECK(within(10s, [&] { return ::kill(child, 0) != 0; }));
}

TEST_CASE("companion: a shell that is gone before what it started is waited for") {
    const Scratch scratch;
    const std::string log = scratch / "log";
    Companion companion(script("(trap 'sleep 0.3; echo late; exit' TERM; echo ready; while :; do "
                               "sleep 0.01; done) & wait; :"),
                        log);
    REQUIRE(within(10s, [&] { return contains(read_end(log, 100), "ready"); }));
    const Finished finished = companion.end(10s);
    CHECK(finished.signal == SIGTERM);
    CHECK(!finished.timed_out);
    CHECK(contains(read_file(log), "late"));
}

TEST_CASE("companion: it goes with whoever had it, and a program that is not there is said") {
    const Scratch scratch;
    const std::string log = scratch / "log";
    {
        Companion companion(script("echo $$; sleep 1000; :"), log);
        REQUIRE(within(10s, [&] { return contains(read_end(log, 100), "\n"); }));
    }
    CHECK(::kill(std::stoi(read_file(log)), 0) != 0);
    Command missing;
    missing.argv = {scratch / "missing"};
    CHECK_THROWS_AS(Companion(missing, log), engine::Error);
}
