#include "platform/process.hpp"
#include "platform/signals.hpp"
#include "tests/unit/platform/linux/support.hpp"

#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>

using namespace locum;
using namespace locum::platform;
using namespace std::chrono_literals;
using testing::contains;
using testing::Scratch;
using testing::shell;
using testing::within;

namespace {

bool any_child_left() {
    siginfo_t info{};
    return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

Command script(const std::string& text) {
    Command command;
    command.argv = {"sh", "-c", text};
    return command;
}

} // namespace

TEST_CASE("a process that was started with SIGCHLD ignored knows how its children ended") {
    const auto before = std::signal(SIGCHLD, SIG_IGN);
    CHECK_THROWS_AS(shell("sleep 0.2; exit 3"), engine::Error);
    take_usual_signals();
    CHECK(shell("exit 3").exit_code == 3);
    std::signal(SIGCHLD, before);
}

TEST_CASE("arguments arrive as they are") {
    Command command;
    command.argv = {"printf", "[%s]", "a b", "", "\"q\"", "$HOME", "ü\n"};
    CHECK(run(command).output == "[a b][][\"q\"][$HOME][ü\n]");
}

TEST_CASE("input larger than a pipe arrives whole, also where the child does not read it") {
    Command command;
    command.argv = {"wc", "-c"};
    command.input = std::string(3'000'000, 'x');
    CHECK(contains(run(command).output, "3000000"));
    command.argv = {"true"};
    CHECK(run(command).ok());
    command.argv = {"cat", "/dev/stdin"};
    command.input = "opened by name";
    CHECK(run(command).output == "opened by name");
    command.input.clear();
    CHECK(run(command).output.empty());
}

TEST_CASE("environment: this process's, changed by the command's") {
    ::setenv("LOCUM_TEST_INHERITED", "yes", 1);
    Command command = script("echo $LOCUM_TEST_INHERITED $LOCUM_TEST_A");
    command.environment["LOCUM_TEST_A"] = "a";
    CHECK(run(command).output == "yes a\n");
    command = script("echo ${LOCUM_TEST_INHERITED-unset} ${LOCUM_TEST_A-unset}.");
    command.environment["LOCUM_TEST_INHERITED"] = "no = yes";
    command.environment["LOCUM_TEST_A"] = "";
    CHECK(run(command).output == "no = yes .\n");
    ::unsetenv("LOCUM_TEST_INHERITED");
}

TEST_CASE("environment: of a command that inherits nothing, its own and PATH") {
    ::setenv("LOCUM_TEST_INHERITED", "yes", 1);
    Command command;
    command.argv = {"env"};
    command.inherits = false;
    command.environment["LOCUM_TEST_A"] = "a";
    const std::string path = std::getenv("PATH");
    const std::string output = run(command).output;
    ::unsetenv("LOCUM_TEST_INHERITED");
    CHECK((output == "LOCUM_TEST_A=a\nPATH=" + path + "\n" ||
           output == "PATH=" + path + "\nLOCUM_TEST_A=a\n"));
}

TEST_CASE("the working folder is the command's") {
    Scratch scratch;
    Command command = script("pwd");
    command.folder = scratch.path();
    CHECK(run(command).output == scratch.path() + "\n");
    command.folder = scratch / "missing";
    const engine::Error error = testing::error_of([&] { run(command); });
    CHECK(contains(error.what(), "cannot work in " + command.folder));
    CHECK(!any_child_left());
}

TEST_CASE(
    "of an output over the limit its beginning and end are kept, and the child is not held up") {
    Command command = script("echo first; head -c 5000000 /dev/zero | tr '\\0' x; echo last; "
                             "head -c 5000000 /dev/zero >&2");
    command.output_limit = 1000;
    const Finished finished = run(command);
    CHECK(finished.ok());
    CHECK(finished.output.starts_with("first\nxxx"));
    CHECK(finished.output.ends_with("xxx"
                                    "last\n"));
    CHECK(contains(finished.output, "bytes left out]"));
    CHECK(finished.output.size() < 1600);
    CHECK(finished.errors.size() < 1600);
}

TEST_CASE("a child ends with the process that waits for it") {
    const Scratch scratch;
    const pid_t waiting = ::fork();
    if (waiting == 0) {
        run(script("echo $$ > " + scratch / "pid.new" + "; mv " + scratch / "pid.new" + " " +
                   scratch / "pid" + "; exec sleep 300"));
        ::_exit(0);
    }
    REQUIRE(within(std::chrono::seconds(10), [&] { return exists(scratch / "pid"); }));
    const pid_t child = std::stoi(read_file(scratch / "pid"));
    CHECK(::kill(child, 0) == 0);
    ::kill(waiting, SIGKILL);
    ::waitpid(waiting, nullptr, 0);
    CHECK(within(std::chrono::seconds(10), [&] {
        // Its new parent may take its time to reap it.
        const std::string stat = "/proc/" + std::to_string(child) + "/stat";
        return !exists(stat) || contains(read_file(stat), ") Z ");
    }));
}

TEST_CASE("all of a large output within the limit arrives") {
    Command command = script("head -c 900000 /dev/zero");
    CHECK(run(command).output.size() == 900000);
}

TEST_CASE("what is written right before the end arrives whole and in order, every time") {
    Command command;
    command.argv = {"seq", "1", "20000"};
    const std::string whole = run(command).output;
    REQUIRE(whole.ends_with("\n19999\n20000\n"));
    int right = 0;
    for (int round = 0; round < 200; ++round)
        right += run(command).output == whole ? 1 : 0;
    CHECK(right == 200);
}

TEST_CASE("an end by a signal is told from an exit code") {
    const Finished finished = shell("kill -9 $$");
    CHECK(finished.signal == SIGKILL);
    CHECK(!finished.timed_out);
    CHECK(!finished.ok());
    CHECK(shell("exit 9").exit_code == 9);
    CHECK(shell("exit 137").signal == 0);
}

TEST_CASE("at the time limit the child and its grandchildren are killed") {
    Scratch scratch;
    Command command = script("sleep 300 & echo $! > " + scratch.path() + "/grandchild; wait");
    command.time_limit = 300ms;
    const auto begin = std::chrono::steady_clock::now();
    const Finished finished = run(command);
    CHECK(std::chrono::steady_clock::now() - begin < 10s);
    CHECK(finished.timed_out);
    CHECK(finished.signal == SIGKILL);
    const int grandchild = std::stoi(read_file(scratch / "grandchild"));
    const std::string stat = "/proc/" + std::to_string(grandchild) + "/stat";
    CHECK(within(5s, [&] { return !exists(stat) || contains(read_file(stat), ") Z "); }));
    CHECK(!any_child_left());
}

TEST_CASE("a daemon that a child leaves behind does not hold us up, and lives") {
    Scratch scratch;
    Command command = script("sleep 300 & echo $!");
    const auto begin = std::chrono::steady_clock::now();
    const Finished finished = run(command);
    CHECK(std::chrono::steady_clock::now() - begin < 10s);
    CHECK(finished.ok());
    const pid_t daemon = std::stoi(finished.output);
    CHECK(::kill(daemon, 0) == 0);
    ::kill(daemon, SIGKILL);
}

TEST_CASE("what cannot be executed is an error with the reason, and leaves no zombie") {
    Scratch scratch;
    Command command;
    command.argv = {"locum-no-such-program"};
    CHECK(contains(testing::error_of([&] { run(command); }).what(), "not found on PATH"));
    command.argv = {scratch / "missing"};
    CHECK(contains(testing::error_of([&] { run(command); }).what(), "No such file or directory"));
    write_file(scratch / "plain", "text", 0644);
    command.argv = {scratch / "plain"};
    const engine::Error error = testing::error_of([&] { run(command); });
    CHECK(contains(error.what(), "cannot execute " + scratch.path() + "/plain: Permission denied"));
    CHECK(!error.remedy().empty());
    command.argv = {};
    CHECK_THROWS_AS(run(command), engine::Error);
    CHECK(!any_child_left());
}

TEST_CASE("a child inherits no descriptor but the three") {
    Scratch scratch;
    const int leaking = ::open((scratch / "leak").c_str(), O_RDWR | O_CREAT, 0600);
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    struct stat pipe {};
    REQUIRE(::fstat(ends[0], &pipe) == 0);
    const Finished finished = shell("ls -l /proc/$$/fd");
    for (const int one : {leaking, ends[0], ends[1]})
        ::close(one);
    CHECK(contains(finished.output, "0 -> /memfd"));
    CHECK(contains(finished.output, "1 -> pipe:"));
    CHECK(contains(finished.output, "2 -> pipe:"));
    CHECK(!contains(finished.output, "leak"));
    CHECK(!contains(finished.output, "[" + std::to_string(pipe.st_ino) + "]"));
}

TEST_CASE("a child's signals are neither blocked nor ignored") {
    sigset_t some, before;
    sigemptyset(&some);
    sigaddset(&some, SIGTERM);
    sigaddset(&some, SIGCHLD); // its end is seen all the same
    pthread_sigmask(SIG_BLOCK, &some, &before);
    const auto pipe_before = std::signal(SIGPIPE, SIG_IGN);
    Command command;
    command.argv = {"cat", "/proc/self/status"};
    command.time_limit = 10s;
    const Finished finished = run(command);
    sigset_t during;
    pthread_sigmask(SIG_SETMASK, nullptr, &during);
    CHECK(sigismember(&during, SIGTERM) == 1);
    CHECK(sigismember(&during, SIGUSR1) == 0);
    std::signal(SIGPIPE, pipe_before);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    CHECK(finished.ok());
    CHECK(contains(finished.output, "SigBlk:\t0000000000000000"));
    CHECK(contains(finished.output, "SigIgn:\t0000000000000000"));
}

TEST_CASE("one child's end is seen while another still runs") {
    // The other one ends when this test lets it, so its end cannot be what is seen.
    Scratch scratch;
    REQUIRE(::mkfifo((scratch / "gate").c_str(), 0600) == 0);
    std::atomic<bool> ended = false;
    std::thread other([&] {
        shell("echo > " + scratch.path() + "/begun; read line < " + scratch.path() + "/gate");
        ended = true;
    });
    CHECK(within(20s, [&] { return exists(scratch / "begun"); }));
    for (int round = 0; round < 5; ++round) {
        Command command;
        command.argv = {"cat"};
        command.input = "x";
        command.time_limit = 20s;
        CHECK(run(command).output == "x");
    }
    CHECK(!ended);
    CHECK(shell("timeout 20 sh -c 'echo > " + scratch.path() + "/gate'").ok());
    other.join();
}

TEST_CASE("run_checked throws with what the command said") {
    Command command =
        script("for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo line-$i >&2; done; exit 4");
    const engine::Error error = testing::error_of([&] { run_checked(command); });
    CHECK(contains(error.what(), "exit code 4"));
    CHECK(contains(error.what(), "line-12"));
    CHECK(contains(error.what(), "line-3\n"));
    CHECK(!contains(error.what(), "line-2\n"));
    command = script("sleep 60");
    command.time_limit = 50ms;
    CHECK(contains(testing::error_of([&] { run_checked(command); }).what(), "50 ms"));
    CHECK(contains(testing::error_of([&] { run_checked(script("kill -TERM $$")); }).what(),
                   "signal 15"));
    CHECK(run_checked(script("echo fine")).output == "fine\n");
}
