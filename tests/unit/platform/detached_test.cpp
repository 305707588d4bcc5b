#include "platform/host.hpp"
#include "tests/unit/platform/support.hpp"

using namespace locum;
using namespace locum::platform;
using namespace std::chrono_literals;
using testing::child;
using testing::contains;
using testing::Ended;
using testing::plain_lines;
using testing::Scratch;
using testing::within;

namespace {

DetachedCommand detached(const Scratch& scratch, std::vector<std::string> words) {
    DetachedCommand command;
    command.argv = child(std::move(words));
    command.log_file = scratch / "log";
    command.record_file = scratch / "record";
    return command;
}

std::string end_of(const Scratch& scratch, const DetachedCommand& command) {
    const ProcessId process = start_detached(command);
    REQUIRE(wait_end(process, 20s));
    return plain_lines(read_file(scratch / "log"));
}

bool says(const Scratch& scratch, std::string_view text) {
    return within(20s, [&] { return contains(read_end(scratch / "log", 1000), text); });
}

} // namespace

TEST_CASE("detached, any system: it runs, is found again by its record, and ends") {
    const Scratch scratch;
    const Ended one(start_detached(detached(scratch, {"out", "up", "sleep", "300000"})));
    const ProcessId& process = one.process;
    REQUIRE(says(scratch, "up"));
    CHECK(alive(process));
    CHECK(contains(process.executable, "unit-platform-child"));
    CHECK(process.boot == boot_id());
    CHECK(recorded(scratch / "record", "x") == process);
    CHECK(!wait_end(process, 50ms));
    send_signal(process, "KILL");
    CHECK(wait_end(process, 20s));
    CHECK(!alive(process));
    CHECK(recorded(scratch / "record", "x") == process); // although it is gone
    send_signal(process, "TERM");
    CHECK(wait_end(process, 0ms));
}

TEST_CASE("detached, any system: one that does not listen ends as it is told (not shown by Wine)") {
    const Scratch scratch;
    const Ended one(start_detached(detached(scratch, {"out", "up", "sleep", "300000"})));
    REQUIRE(says(scratch, "up"));
    send_signal(one.process, "TERM");
    CHECK(wait_end(one.process, 20s));
}

TEST_CASE("detached, any system: one that listens hears that it is to end, and ends its own way") {
    const Scratch scratch;
    const Ended one(
        start_detached(detached(scratch, {"hear", "out", "up", "wait", "out", "told"})));
    REQUIRE(says(scratch, "up"));
    CHECK_THROWS_AS(send_signal(one.process, "NOSUCH"), engine::Error);
    CHECK(alive(one.process));
    send_signal(one.process, "TERM");
    CHECK(wait_end(one.process, 20s));
    CHECK(says(scratch, "told"));
}

TEST_CASE("detached, any system: it outlives its starter") {
    const Scratch scratch;
    Command starter = testing::child_command({"detach", scratch / "record"});
    CHECK(run(starter).signal == 9);
    const std::optional<ProcessId> process = recorded(scratch / "record", "x");
    REQUIRE(process);
    const Ended sleeper(*process);
    CHECK(alive(*process));
    send_signal(*process, "KILL");
    CHECK(wait_end(*process, 20s));
    CHECK(!alive(*process));
}

TEST_CASE("detached, any system: its environment and folder are what it was given") {
    const Scratch scratch;
    DetachedCommand command =
        detached(scratch, {"variable", "LOCUM_TEST_GIVEN", "variable", "HOME", "folder"});
    command.environment["LOCUM_TEST_GIVEN"] = "a b";
    command.folder = scratch.path();
    const std::string said = end_of(scratch, command);
    CHECK(said.starts_with("a b\nunset\n"));
    CHECK(said.ends_with(scratch.path().substr(1) + "\n"));
}

TEST_CASE("detached, any system: its log is appended to") {
    const Scratch scratch;
    end_of(scratch, detached(scratch, {"out", "one", "err", "two"}));
    CHECK(end_of(scratch, detached(scratch, {"out", "three"})) == "one\ntwo\nthree\n");
}

TEST_CASE("detached, any system: what cannot be executed is told, and leaves no record") {
    const Scratch scratch;
    const auto fails = [&](DetachedCommand command, std::string_view part) {
        const engine::Error error = testing::error_of([&] { start_detached(command); });
        CHECK_MESSAGE(contains(error.what(), part), error.what());
        CHECK(!error.remedy().empty());
        CHECK(!exists(scratch / "record"));
        CHECK(!recorded(scratch / "record", "x"));
    };
    DetachedCommand command = detached(scratch, {});
    command.argv = {scratch / "missing"};
    fails(command, "/missing: ");
    command.argv = {"locum-no-such-program"};
    fails(command, "not found on PATH");
    command = detached(scratch, {});
    command.folder = scratch / "no-folder";
    fails(command, "cannot work in " + command.folder);
    command = detached(scratch, {});
    command.record_file = scratch / "no-folder/record";
    fails(command, "no-folder/record");
    command = detached(scratch, {});
    command.log_file = scratch / "no-folder/log";
    fails(command, "no-folder/log");
}

TEST_CASE("detached, any system: KILL of the group reaches what it started") {
    const Scratch scratch;
    const Ended one(
        start_detached(detached(scratch, {"beside", "pid sleep 300000", "sleep", "300000"})));
    REQUIRE(says(scratch, "\n"));
    const std::int64_t beside = std::stoll(read_file(scratch / "log"));
    const auto is_there = [&] {
        const std::vector<RunningCommand> all = running_commands();
        return std::any_of(all.begin(), all.end(),
                           [&](const RunningCommand& command) { return command.pid == beside; });
    };
    CHECK(is_there());
    send_signal(one.process, "KILL", true);
    CHECK(wait_end(one.process, 20s));
    CHECK(within(10s, [&] { return !is_there(); }));
}

TEST_CASE("process id, any system: this process is alive under its own identity, and no other") {
    const ProcessId own = self();
    CHECK(contains(own.executable, "unit-platform"));
    CHECK(alive(own));
    ProcessId other = own;
    other.started += 1;
    CHECK(!alive(other));
    CHECK(wait_end(other, 0ms));
    other = own;
    other.executable = "/usr/bin/something-else";
    CHECK(!alive(other));
    CHECK(!alive(ProcessId{}));
    CHECK(!wait_end(own, 20ms));
}

TEST_CASE("process id, any system: a signal meant for an earlier owner of the pid is not sent") {
    const Scratch scratch;
    const Ended innocent(start_detached(detached(scratch, {"sleep", "300000"})));
    ProcessId earlier = innocent.process;
    earlier.started -= 1;
    send_signal(earlier, "KILL");
    send_signal(earlier, "KILL", true);
    ProcessId of_another_boot = innocent.process;
    of_another_boot.boot = "another";
    CHECK(!alive(of_another_boot));
    send_signal(of_another_boot, "KILL");
    CHECK(!wait_end(innocent.process, 100ms));
    CHECK(alive(innocent.process));
}

TEST_CASE("process id, any system: what is no record is told") {
    const Scratch scratch;
    CHECK(!recorded(scratch / "missing", "x"));
    for (const char* text : {"no record", "12", "12 ", "12 34x", "x 12"}) {
        write_file(scratch / "record", text, 0600);
        CHECK(!testing::error_of([&] { recorded(scratch / "record", "x"); }).remedy().empty());
    }
}
