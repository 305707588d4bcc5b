#include "platform/companion.hpp"
#include "platform/files.hpp"
#include "tests/unit/platform/support.hpp"

using namespace locum;
using namespace locum::platform;
using namespace std::chrono_literals;
using testing::child_command;
using testing::contains;
using testing::plain_lines;
using testing::Scratch;
using testing::within;

TEST_CASE("companion, any system: one that ends by itself, with what it wrote and its exit code") {
    const Scratch scratch;
    const std::string log = scratch / "log";
    Companion companion(child_command({"out", "one", "err", "two", "exit", "3"}), log);
    const std::optional<Finished> ended = companion.ended(20s);
    REQUIRE(ended);
    CHECK(ended->exit_code == 3);
    CHECK(plain_lines(read_file(log)) == "one\ntwo\n");
    CHECK(companion.ended()->exit_code == 3);
    CHECK(!companion.end(0ms).timed_out);
}

TEST_CASE("companion, any system: it is told to end, and may say how that went") {
    const Scratch scratch;
    const std::string log = scratch / "log";
    Companion companion(child_command({"hear", "out", "ready", "wait", "out", "told", "exit", "7"}),
                        log);
    REQUIRE(within(20s, [&] { return contains(read_end(log, 100), "ready"); }));
    CHECK(!companion.ended());
    const Finished finished = companion.end(20s);
    CHECK(finished.exit_code == 7);
    CHECK(!finished.timed_out);
    CHECK(contains(read_file(log), "told"));
}

TEST_CASE(
    "companion, any system: one that does not listen ends by what it is told (not shown by Wine)") {
    const Scratch scratch;
    const std::string log = scratch / "log";
    Companion companion(child_command({"out", "ready", "sleep", "300000"}), log);
    REQUIRE(within(20s, [&] { return contains(read_end(log, 100), "ready"); }));
    const Finished finished = companion.end(20s);
    CHECK(finished.signal == 15);
    CHECK(!finished.timed_out);
}

TEST_CASE("companion, any system: one that hangs is killed after its grace") {
    const Scratch scratch;
    const std::string log = scratch / "log";
    Companion companion(child_command({"hear", "out", "ready", "sleep", "300000"}), log);
    REQUIRE(within(20s, [&] { return contains(read_end(log, 100), "ready"); }));
    const Finished finished = companion.end(100ms);
    CHECK(finished.timed_out);
    CHECK(finished.signal == 9);
}

TEST_CASE("companion, any system: it goes with whoever had it, and a missing program is said") {
    const Scratch scratch;
    const std::string log = scratch / "log";
    {
        Companion companion(child_command({"pid", "sleep", "300000"}), log);
        REQUIRE(within(20s, [&] { return contains(read_end(log, 100), "\n"); }));
    }
    const std::int64_t pid = std::stoll(read_file(log));
    const std::vector<RunningCommand> all = running_commands();
    CHECK(std::none_of(all.begin(), all.end(),
                       [&](const RunningCommand& one) { return one.pid == pid; }));
    Command missing;
    missing.argv = {scratch / "missing"};
    CHECK_THROWS_AS(Companion(missing, log), engine::Error);
}
