#include "platform/linux/stat.hpp"
#include "tests/unit/platform/linux/support.hpp"

#include <csignal>

using namespace locum;
using namespace locum::platform;
using namespace std::chrono_literals;
using testing::Ended;
using testing::Scratch;

namespace {

constexpr std::string_view stat_line =
    "4711 (a) R (b) S 1 4700 4699 0 -1 4194304 115 0 0 0 0 0 0 0 20 0 1 0 987654321 2576384 221 "
    "18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n";

ProcessId sleeper(const std::string& program = "sleep") {
    DetachedCommand command;
    command.argv = {program, "300"};
    return start_detached(command);
}

} // namespace

TEST_CASE("a stat line is read behind the last parenthesis") {
    const std::optional<Stat> stat = parse_stat(stat_line);
    REQUIRE(stat.has_value());
    CHECK(stat->pid == 4711);
    CHECK(stat->state == 'S');
    CHECK(stat->group == 4700);
    CHECK(stat->session == 4699);
    CHECK(stat->started == 987654321);
}

TEST_CASE("what is not a stat line is no record") {
    for (const std::string_view text :
         {"", "\n", "4711", "4711 (a", "x (a) S 1 2 3", "4711 (a) S 1 2 3"})
        CHECK(!parse_stat(text));
    // Cut anywhere before field 22 is complete there is no stat.
    const std::size_t end = stat_line.find("987654321");
    for (std::size_t length = 0; length <= end; ++length)
        CHECK(!parse_stat(stat_line.substr(0, length)));
    Scratch scratch;
    CHECK(!recorded(scratch / "missing", "/usr/bin/sleep"));
    write_file(scratch / "record", "no stat", 0600);
    CHECK(!testing::error_of([&] { recorded(scratch / "record", "/usr/bin/sleep"); })
               .remedy()
               .empty());
}

TEST_CASE("a signal meant for an earlier owner of the pid is not sent") {
    const Ended innocent(sleeper());
    ProcessId earlier = innocent.process;
    earlier.started -= 1;
    send_signal(earlier, "KILL");
    send_signal(earlier, "KILL", true);
    CHECK(!wait_end(innocent.process, 100ms));
    CHECK(alive(innocent.process));
}

TEST_CASE("signals go by name, an unknown name and a group that is not its own are refused") {
    const Ended one(sleeper());
    CHECK_THROWS_AS(send_signal(one.process, "NOSUCH"), engine::Error);
    CHECK_THROWS_AS(send_signal(one.process, ""), engine::Error);
    send_signal(one.process, "SIGSTOP");
    CHECK(testing::within(5s, [&] { return stat_of(one.process.pid)->state == 'T'; }));
    CHECK(alive(one.process));
    send_signal(one.process, "CONT");
    send_signal(one.process, "USR2");
    CHECK(wait_end(one.process, 10s));

    const pid_t child = ::fork();
    if (child == 0) {
        ::pause();
        ::_exit(0);
    }
    const ProcessId process{child, stat_of(child)->started, self().executable};
    CHECK_THROWS_AS(send_signal(process, "TERM", true), engine::Error);
    send_signal(process, "KILL");
    CHECK(wait_end(process, 10s));
}

TEST_CASE("a zombie is not alive, and waiting for its end reaps it where it is our child") {
    const pid_t child = ::fork();
    if (child == 0) {
        ::pause();
        ::_exit(0);
    }
    const ProcessId process{child, stat_of(child)->started, self().executable};
    CHECK(alive(process));
    ::kill(child, SIGKILL);
    CHECK(testing::within(5s, [&] { return stat_of(child)->state == 'Z'; }));
    CHECK(!alive(process));
    CHECK(wait_end(process, 0ms));
    CHECK(::waitpid(child, nullptr, WNOHANG) == -1);
}

TEST_CASE("a process whose program was replaced on disk is the same process") {
    Scratch scratch;
    const std::string program = scratch / "sleeper";
    write_file(program, read_file("/usr/bin/sleep"), 0755);
    const Ended one(sleeper(program));
    CHECK(alive(one.process));
    write_file(program, "something newer", 0755);
    CHECK(alive(one.process));
    remove_all(program);
    CHECK(alive(one.process));
}
