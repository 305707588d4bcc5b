// Loads that are commands for the shell.

#include "rehearse/load.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::testing;
using namespace std::chrono_literals;
using rehearse::Clients;
using rehearse::CommandLoad;

namespace {

bool said(const Scratch& scratch, const std::string& word) {
    return within(10s, [&] { return contains(platform::read_end(scratch / "log", 1000), word); });
}

} // namespace

TEST_CASE("load: a command that fails at once is told with its end and its last lines") {
    const Scratch scratch;
    CommandLoad load("echo no such host; exit 2", {}, scratch / "log", 1s);
    const std::string why = load.ended(10s);
    CHECK(why == "the load command ended with exit code 2; it said: no such host");
    Clients seen;
    const engine::Error error = error_of([&] { load.end(seen, {}); });
    CHECK(contains(error.what(), "before it was told to"));
    CHECK(seen.ended == "exit code 2");
    CHECK(seen.last_said == "no such host");
}

TEST_CASE("load: one that is not there, and one that says nothing") {
    const Scratch scratch;
    CommandLoad load("/missing/load", {}, scratch / "log", 1s);
    CHECK(contains(load.ended(10s), "ended with exit code 127; it said: "));
    CommandLoad silent("exit 1", {}, scratch / "silent", 1s);
    CHECK(silent.ended(10s) == "the load command ended with exit code 1, and said nothing");
}

TEST_CASE("load: it goes on until it is told, and its exit code is its word") {
    const Scratch scratch;
    for (const int code : {0, 3}) {
        platform::remove_all(scratch / "log");
        CommandLoad load(fmt::format("trap 'echo $WORD; exit {}' TERM; echo ready; "
                                     "while :; do sleep 0.01; done",
                                     code),
                         {{"WORD", "done"}}, scratch / "log", 10s);
        REQUIRE(said(scratch, "ready"));
        CHECK(load.ended(0ms).empty());
        Clients seen;
        if (code == 0) {
            load.end(seen, {});
        } else {
            const engine::Error error = error_of([&] { load.end(seen, {}); });
            CHECK(
                contains(error.what(), "the load command ended with exit code 3; it said: ready"));
        }
        CHECK(seen.last_said.ends_with("done"));
        CHECK(seen.ended == fmt::format("exit code {}", code));
    }
}

TEST_CASE("load: the word of a program that a shell waits for is not lost with the shell") {
    const Scratch scratch;
    const std::string program = scratch / "program";
    platform::write_file(program,
                         "#!/bin/sh\ntrap 'sleep 0.2; exit 3' TERM\necho ready\n"
                         "while :; do sleep 0.01; done\n",
                         0755);
    CommandLoad load(program, {}, scratch / "log", 10s);
    REQUIRE(said(scratch, "ready"));
    Clients seen;
    CHECK_THROWS_AS(load.end(seen, {}), engine::Error);
    CHECK(seen.ended == "exit code 3");
}

TEST_CASE("load: a plain loop that the signal ends has done its work") {
    const Scratch scratch;
    CommandLoad load("echo ready; while :; do sleep 0.01; done", {}, scratch / "log", 10s);
    REQUIRE(said(scratch, "ready"));
    Clients seen;
    load.end(seen, {}); // throws nothing
    // In a `sleep`, or between two of them.
    CHECK((seen.ended == "exit code 143" || seen.ended == "exit code 0"));
}

TEST_CASE("load: one that hangs is killed after its grace, and named") {
    const Scratch scratch;
    CommandLoad load("trap '' TERM; echo ready; while :; do sleep 0.01; done", {}, scratch / "log",
                     200ms);
    REQUIRE(said(scratch, "ready"));
    Clients seen;
    const engine::Error error = error_of([&] { load.end(seen, {}); });
    CHECK(contains(error.what(), "did not end within 0 s of SIGTERM, and was killed"));
    CHECK(contains(error.remedy(), "--load-grace"));
    CHECK(contains(seen.ended, "killed"));
}

TEST_CASE("load: only the last lines are kept") {
    const Scratch scratch;
    CommandLoad load("seq 100", {}, scratch / "log", 1s);
    REQUIRE(!load.ended(10s).empty());
    Clients seen;
    CHECK_THROWS_AS(load.end(seen, {}), engine::Error);
    CHECK(seen.last_said == "91\n92\n93\n94\n95\n96\n97\n98\n99\n100");
}
