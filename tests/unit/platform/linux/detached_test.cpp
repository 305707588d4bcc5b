#include "platform/capabilities.hpp"
#include "platform/hash.hpp"
#include "tests/unit/platform/linux/support.hpp"

#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>

using namespace locum;
using namespace locum::platform;
using namespace std::chrono_literals;
using testing::contains;
using testing::Ended;
using testing::Scratch;

namespace {

DetachedCommand detached(const Scratch& scratch, std::vector<std::string> argv) {
    DetachedCommand command;
    command.argv = std::move(argv);
    command.log_file = scratch / "log";
    command.record_file = scratch / "record";
    return command;
}

std::string end_of(const Scratch& scratch, const DetachedCommand& command) {
    const ProcessId process = start_detached(command);
    REQUIRE(wait_end(process, 10s));
    return read_file(scratch / "log");
}

} // namespace

TEST_CASE("a detached process runs, is found again by its record, and ends") {
    Scratch scratch;
    const DetachedCommand command = detached(scratch, {"sleep", "300"});
    const Ended sleeper(start_detached(command));
    const ProcessId& process = sleeper.process;
    CHECK(alive(process));
    CHECK(process.executable.ends_with("/sleep"));
    CHECK(recorded(scratch / "record", "/usr/bin/sleep") == process);
    CHECK(!wait_end(process, 50ms));
    send_signal(process, "TERM");
    CHECK(wait_end(process, 10s));
    CHECK(!alive(process));
    CHECK(recorded(scratch / "record", "/usr/bin/sleep") == process); // although it is gone
    send_signal(process, "TERM");
    CHECK(wait_end(process, 0ms));
}

TEST_CASE("a detached process outlives its starter, and no child of ours is left") {
    Scratch scratch;
    const DetachedCommand command = detached(scratch, {"sleep", "300"});
    const pid_t starter = ::fork();
    if (starter == 0) {
        start_detached(command);
        ::kill(::getpid(), SIGKILL);
    }
    ::waitpid(starter, nullptr, 0);
    const std::optional<ProcessId> process = recorded(scratch / "record", "/usr/bin/sleep");
    REQUIRE(process.has_value());
    const Ended sleeper(*process);
    CHECK(alive(*process));
    siginfo_t info{};
    CHECK(::waitid(P_ALL, 0, &info, WEXITED | WNOHANG) != 0);
    send_signal(*process, "KILL");
    CHECK(wait_end(*process, 10s));
    CHECK(!alive(*process));
}

TEST_CASE("it has a session of its own, no descriptors, no blocked or ignored signals") {
    Scratch scratch;
    const int leaking = ::open((scratch / "leak").c_str(), O_RDWR | O_CREAT, 0600);
    sigset_t some, before;
    sigemptyset(&some);
    sigaddset(&some, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &some, &before);
    const auto pipe_before = std::signal(SIGPIPE, SIG_IGN);
    const std::string said =
        end_of(scratch,
               detached(scratch, {"sh", "-c",
                                  "cat /proc/$$/stat; ls -l /proc/$$/fd; cat /proc/self/status"}));
    std::signal(SIGPIPE, pipe_before);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::close(leaking);
    const std::string pid = said.substr(0, said.find(' '));
    const std::string after_name = said.substr(said.find(") ") + 4);
    const std::string parent = after_name.substr(0, after_name.find(' '));
    CHECK(parent != std::to_string(::getpid()));
    CHECK(contains(after_name, parent + " " + pid + " " + pid + " ")); // group and session
    CHECK(contains(said, "0 -> /dev/null"));
    CHECK(contains(said, "1 -> " + scratch.path() + "/log"));
    CHECK(contains(said, "2 -> " + scratch.path() + "/log"));
    CHECK(!contains(said, "leak"));
    CHECK(!contains(said, "pipe:"));
    CHECK(contains(said, "SigBlk:\t0000000000000000"));
    CHECK(contains(said, "SigIgn:\t0000000000000000"));
}

TEST_CASE("its log is private and appended to, its folder is the command's") {
    Scratch scratch;
    DetachedCommand command = detached(scratch, {"sh", "-c", "pwd; pwd >&2"});
    command.folder = scratch.path();
    end_of(scratch, command);
    CHECK(end_of(scratch, command) == fmt::format("{0}\n{0}\n{0}\n{0}\n", scratch.path()));
    struct stat found {};
    REQUIRE(::stat((scratch / "log").c_str(), &found) == 0);
    CHECK((found.st_mode & 0777U) == 0600);
}

TEST_CASE("what cannot be executed is told with the reason, and leaves no record") {
    Scratch scratch;
    const auto fails = [&](DetachedCommand command, std::string_view part) {
        const engine::Error error = testing::error_of([&] { start_detached(command); });
        CHECK_MESSAGE(contains(error.what(), part), error.what());
        CHECK(!error.remedy().empty());
        CHECK(!exists(scratch / "record"));
        CHECK(!exists(scratch / "record.new"));
        CHECK(!recorded(scratch / "record", "/usr/bin/sleep"));
    };
    fails(detached(scratch, {scratch / "missing"}), "/missing: No such file or directory");
    write_file(scratch / "plain", "text", 0644);
    fails(detached(scratch, {scratch / "plain"}), "Permission denied");
    fails(detached(scratch, {"locum-no-such-program"}), "not found on PATH");
    DetachedCommand command = detached(scratch, {"true"});
    command.folder = scratch / "no-folder";
    fails(command, "cannot work in " + command.folder);
    command = detached(scratch, {"true"});
    command.record_file = scratch / "no-folder/record";
    fails(command, "no-folder/record");
    command = detached(scratch, {"true"});
    command.log_file = scratch / "no-folder/log";
    fails(command, "no-folder/log");
}

TEST_CASE("a script is known by its interpreter, also behind env") {
    Scratch scratch;
    for (const char* first : {"#!/bin/sh", "#! /usr/bin/env sh", "#!/usr/bin/env -S sh"}) {
        write_file(scratch / "script",
                   std::string(first) + "\nread nothing < " + scratch.path() + "/fifo\n", 0755);
        ::mkfifo((scratch / "fifo").c_str(), 0600);
        const Ended script(start_detached(detached(scratch, {scratch / "script"})));
        CHECK(testing::within(5s, [&] { return alive(script.process); }));
        CHECK(recorded(scratch / "record", scratch / "script") == script.process);
    }
}

TEST_CASE("a process is found again after the link that it was started by was switched") {
    Scratch scratch;
    for (const char* version : {"1", "2"}) {
        make_folders(scratch / version);
        write_file(scratch / (std::string(version) + "/server"), read_file("/usr/bin/sleep"), 0755);
    }
    switch_link(scratch / "current", "1");
    const std::string program = scratch / "current/server";
    const Ended server(start_detached(detached(scratch, {program, "300"})));
    switch_link(scratch / "current", "2");
    CHECK(alive(server.process));
    CHECK(recorded(scratch / "record", program) == server.process);
}

TEST_CASE("a record without the executable is read with the one given, by path or by name") {
    Scratch scratch;
    const Ended sleeper(start_detached(detached(scratch, {"sleep", "300"})));
    const std::string record = read_file(scratch / "record");
    write_file(scratch / "record", record.substr(0, record.find('\n') + 1), 0600);
    ProcessId without_boot = sleeper.process;
    without_boot.boot.clear();
    CHECK(recorded(scratch / "record", "sleep") == without_boot);
    CHECK(recorded(scratch / "record", "/usr/bin/sleep") == without_boot);
}

TEST_CASE("a start script that executes its server stays the same process, for its starter and by "
          "its record") {
    Scratch scratch;
    const Ended script(start_detached(detached(scratch, {"sh", "-c", "echo up; exec sleep 300"})));
    const std::string executable = "/proc/" + std::to_string(script.process.pid) + "/exe";
    REQUIRE(testing::within(5s, [&] { return read_link(executable).ends_with("/sleep"); }));
    CHECK(alive(script.process));
    const std::optional<ProcessId> found = recorded(scratch / "record", "sh");
    CHECK(found == script.process);
    CHECK(alive(*found));
    ProcessId of_another_boot = *found;
    of_another_boot.boot = "0d3f0000-0000-0000-0000-000000000000";
    CHECK(!alive(of_another_boot));
    send_signal(of_another_boot, "KILL");
    CHECK(!wait_end(script.process, 50ms));
    send_signal(*found, "TERM");
    CHECK(wait_end(script.process, 5s));
}

TEST_CASE("a signal to the group reaches the children too") {
    Scratch scratch;
    const Ended shell(start_detached(detached(
        scratch, {"sh", "-c", "sleep 300 & echo $! > " + scratch.path() + "/child; wait"})));
    REQUIRE(testing::within(
        5s, [&] { return exists(scratch / "child") && !read_file(scratch / "child").empty(); }));
    const std::string child =
        "/proc/" + std::to_string(std::stoi(read_file(scratch / "child"))) + "/stat";
    CHECK(exists(child));
    send_signal(shell.process, "KILL", true);
    CHECK(wait_end(shell.process, 10s));
    CHECK(
        testing::within(5s, [&] { return !exists(child) || contains(read_file(child), ") Z "); }));
}

TEST_CASE("detached processes are started from several threads at once") {
    Scratch scratch;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([thread, &scratch] {
            for (int round = 0; round < 10; ++round) {
                DetachedCommand command;
                command.argv = {"sh", "-c", "echo x"};
                command.log_file = fmt::format("{}/log-{}-{}", scratch.path(), thread, round);
                wait_end(start_detached(command), 10s);
            }
        });
    for (std::thread& thread : threads)
        thread.join();
    int right = 0;
    for (const std::string& name : list_folder(scratch.path()))
        right += read_file(scratch / name) == "x\n" ? 1 : 0;
    CHECK(right == 40);
}

TEST_CASE("a detached process has the capabilities that it is to have, and passes on no others") {
    const std::vector<std::string> ask = {"sh", "-c", "grep CapAmb /proc/self/status"};
    Scratch plain;
    CHECK(end_of(plain, detached(plain, ask)) == "CapAmb:\t0000000000000000\n");
    Scratch scratch;
    DetachedCommand command = detached(scratch, ask);
    command.capabilities = {"net-bind-service"}; // number 10
    CHECK(end_of(scratch, command) == (has_capability("net-bind-service")
                                           ? "CapAmb:\t0000000000000400\n"
                                           : "CapAmb:\t0000000000000000\n"));
}
