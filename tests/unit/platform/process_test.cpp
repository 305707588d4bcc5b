#include "platform/process.hpp"
#include "platform/signals.hpp"
#include "tests/unit/platform/support.hpp"

#include "native_events.hpp"

#include <atomic>
#include <thread>

using namespace locum;
using namespace locum::platform;
using namespace std::chrono_literals;
using testing::child;
using testing::child_command;
using testing::contains;
using testing::plain_lines;
using testing::Scratch;
using testing::within;

namespace {

Finished run_child(std::vector<std::string> words) {
    return run(child_command(std::move(words)));
}

// Of a file with a process's number.
ProcessId process_in(const std::string& text) {
    ProcessId process;
    process.pid = std::stoll(text);
    return process;
}

// By its number alone: nobody knows when it was started.
bool is_there(std::int64_t pid) {
    const std::vector<RunningCommand> all = running_commands();
    return std::any_of(all.begin(), all.end(),
                       [&](const RunningCommand& one) { return one.pid == pid; });
}

} // namespace

TEST_CASE("run: output, errors and exit code come back apart") {
    const Finished finished = run_child({"out", "one", "err", "two", "exit", "3"});
    CHECK(plain_lines(finished.output) == "one\n");
    CHECK(plain_lines(finished.errors) == "two\n");
    CHECK(finished.exit_code == 3);
    CHECK(finished.signal == 0);
    CHECK(!finished.ok());
    CHECK(run_child({}).ok());
}

TEST_CASE("run: arguments arrive as they are, by the runtime and by the system") {
    std::vector<std::string> words = {"a b",      "",
                                      "\"q\"",    "C:\\Program Files\\X\\",
                                      "\\",       "\\\"",
                                      "a\\\\b c", "tab\t",
                                      "'",        "*",
                                      "%PATH%",   "$HOME",
                                      "^&|<>",    "--x=\"y z\\\""};
    std::string expected;
    for (const std::string& word : words)
        expected += "[" + word + "]";
    words.insert(words.begin(), "arguments");
    CHECK(run_child(words).output == expected + expected);
    CHECK(run_child({"arguments", "ü € \U0001F600"}).output.ends_with("[ü € \U0001F600]"));
}

TEST_CASE("run: input larger than a pipe arrives whole, also where the child does not read it") {
    Command command = child_command({"count"});
    command.input = std::string(3'000'000, 'x');
    CHECK(contains(run(command).output, "3000000"));
    command.argv = child({"exit", "0"});
    CHECK(run(command).ok());
    command.argv = child({"copy"});
    command.input = "said";
    CHECK(run(command).output == "said");
    command.input.clear();
    CHECK(run(command).output.empty());
}

TEST_CASE("run: the environment is this process's, changed by the command's, or PATH alone") {
    Command command = child_command({"variable", "LOCUM_TEST_A", "variable", "PATH"});
    const std::string path = plain_lines(run_child({"variable", "PATH"}).output);
    CHECK(path != "unset\n");
    CHECK(plain_lines(run(command).output) == "unset\n" + path);
    command.environment["LOCUM_TEST_A"] = "a = b";
    CHECK(plain_lines(run(command).output) == "a = b\n" + path);
    command.inherits = false;
    CHECK(plain_lines(run(command).output) == "a = b\n" + path);
    command.environment.clear();
    command.argv = child({"variable", "HOME", "variable", "USERPROFILE"});
    CHECK(plain_lines(run(command).output) == "unset\nunset\n");
}

TEST_CASE("run: the working folder is the command's") {
    const Scratch scratch;
    Command command = child_command({"folder"});
    command.folder = scratch.path();
    CHECK(plain_lines(run(command).output).ends_with(scratch.path().substr(1) + "\n"));
    command.folder = scratch / "missing";
    CHECK(contains(testing::error_of([&] { run(command); }).what(),
                   "cannot work in " + command.folder));
}

TEST_CASE("run: of an output over the limit its beginning and end are kept") {
    Command command = child_command({"out", "first", "many", "5000000", "out", "", "out", "last"});
    command.output_limit = 1000;
    const Finished finished = run(command);
    CHECK(finished.ok());
    CHECK(plain_lines(finished.output).starts_with("first\nxxx"));
    CHECK(plain_lines(finished.output).ends_with("xxx\nlast\n"));
    CHECK(contains(finished.output, "bytes left out]"));
    CHECK(finished.output.size() < 1600);
}

TEST_CASE("run: what is written right before the end arrives whole and in order, every time") {
    const Command command = child_command({"numbers"});
    const std::string whole = run(command).output;
    REQUIRE(plain_lines(whole).ends_with("\n19999\n20000\n"));
    int right = 0;
    for (int round = 0; round < 20; ++round)
        right += run(command).output == whole ? 1 : 0;
    CHECK(right == 20);
}

TEST_CASE("run: at the time limit the child and what it started are killed") {
    const Scratch scratch;
    Command command = child_command({"beside", "pid sleep 300000", "sleep", "300000"});
    command.time_limit = 3s;
    const auto begin = std::chrono::steady_clock::now();
    const Finished finished = run(command);
    CHECK(std::chrono::steady_clock::now() - begin < 20s);
    CHECK(finished.timed_out);
    CHECK(finished.signal == 9);
    REQUIRE(!finished.output.empty());
    const std::int64_t beside = process_in(finished.output).pid;
    CHECK(within(5s, [&] { return !is_there(beside); }));
}

TEST_CASE("run: what a child leaves behind does not hold us up, and lives") {
    const Finished finished =
        run_child({"beside", "pid sleep 20000", "sleep", "3000"}); // it says its number meanwhile
    CHECK(finished.ok());
    REQUIRE(!finished.output.empty());
    const std::int64_t beside = process_in(finished.output).pid;
    CHECK(is_there(beside));
}

TEST_CASE("run: a child ends with the process that waits for it") {
    const Scratch scratch;
    DetachedCommand waits;
    waits.argv = child({"run", "pid", "sleep", "300000"});
    const testing::Ended waiting(start_detached(waits));
    // Of the two only the inner one has these words alone.
    const auto inner = [&]() -> std::int64_t {
        for (const RunningCommand& one : running_commands())
            if (one.argv.size() == 4 && one.argv[1] == "pid" && one.argv[3] == "300000" &&
                one.pid != waiting.process.pid && contains(one.argv[0], "unit-platform-child"))
                return one.pid;
        return 0;
    };
    REQUIRE(within(10s, [&] { return inner() != 0; }));
    send_signal(waiting.process, "KILL");
    CHECK(within(10s, [&] { return inner() == 0; }));
}

TEST_CASE("run: what cannot be executed is an error with the reason") {
    const Scratch scratch;
    Command command;
    command.argv = {"locum-no-such-program"};
    CHECK(contains(testing::error_of([&] { run(command); }).what(), "not found on PATH"));
    command.argv = {scratch / "missing"};
    CHECK(contains(testing::error_of([&] { run(command); }).what(), "cannot execute "));
    write_file(scratch / "plain.exe", "text", 0644);
    command.argv = {scratch / "plain.exe"};
    const engine::Error error = testing::error_of([&] { run(command); });
    CHECK(contains(error.what(), "cannot execute " + scratch.path() + "/plain.exe: "));
    CHECK(!error.remedy().empty());
    command.argv = {};
    CHECK_THROWS_AS(run(command), engine::Error);
}

TEST_CASE("run: several threads run children at once") {
    std::atomic<int> right = 0;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([thread, &right] {
            for (int round = 0; round < 5; ++round) {
                const std::string code = std::to_string(thread * 5 + round);
                Command command = child_command({"copy", "exit", code});
                command.input = code;
                command.time_limit = 60s;
                const Finished finished = run(command);
                if (std::to_string(finished.exit_code) == code && finished.output == code)
                    ++right;
            }
        });
    for (std::thread& thread : threads)
        thread.join();
    CHECK(right == 20);
}

TEST_CASE("a child inherits nothing but its streams, however it is started") {
    const testing::InheritableEvent event;
    // Without these two what follows would say nothing.
    CHECK(testing::run_with_all(testing::built("unit-platform-child"), "set", event.number()) == 0);
    CHECK(event.was_set());
    const std::vector<std::string> words = {"set", event.number(), "out", "tried"};
    CHECK(plain_lines(run_child(words).output) == "tried\n");
    CHECK(!event.was_set());
    const Scratch scratch;
    DetachedCommand command;
    command.argv = child(words);
    command.log_file = scratch / "log";
    const testing::Ended detached(start_detached(command));
    CHECK(wait_end(detached.process, 20s));
    CHECK(plain_lines(read_file(command.log_file)) == "tried\n");
    CHECK(!event.was_set());
}

TEST_CASE("run_checked: throws with what the command said") {
    const Command command = child_command({"err", "this went wrong", "exit", "4"});
    const engine::Error error = testing::error_of([&] { run_checked(command); });
    CHECK(contains(error.what(), "exit code 4"));
    CHECK(contains(error.what(), "this went wrong"));
    Command slow = child_command({"sleep", "60000"});
    slow.time_limit = 50ms;
    CHECK(contains(testing::error_of([&] { run_checked(slow); }).what(), "50 ms"));
    CHECK(plain_lines(run_checked(child_command({"out", "fine"})).output) == "fine\n");
}

TEST_CASE("run_in_front: the exit code is the child's") {
    CHECK(run_child({"front", "out", "said", "exit", "5"}).exit_code == 5);
    CHECK(plain_lines(run_child({"front", "out", "said"}).output) == "said\n");
}

TEST_CASE("running commands: this one is among them, with its arguments") {
    const std::vector<RunningCommand> all = running_commands();
    const auto own = std::find_if(all.begin(), all.end(),
                                  [](const RunningCommand& one) { return one.pid == self().pid; });
    REQUIRE(own != all.end());
    CHECK(contains(own->argv.at(0), "unit-platform"));
}
