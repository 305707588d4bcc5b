#include "cluster/probe.hpp"
#include "tests/support/scratch.hpp"

#include <csignal>
#include <cstdlib>

using namespace locum;
using namespace locum::testing;
using namespace std::chrono_literals;

namespace {

// "" where it is well.
std::string ask(std::vector<std::string> argv, const std::string& output = "",
                std::chrono::milliseconds limit = 20s) {
    return cluster::ask({"answer", cluster::CommandTarget{std::move(argv), output}, limit})
        .value_or("");
}

std::string shell(const std::string& script, const std::string& output = "",
                  std::chrono::milliseconds limit = 20s) {
    return ask({"/bin/sh", "-c", script}, output, limit);
}

} // namespace

TEST_CASE("command probe: exit code 0, and one of its lines is the text") {
    CHECK(ask({"/bin/true"}) == "");
    CHECK(ask({"/bin/echo", "\"the database is read\""}, "\"the database is read\"") == "");
    CHECK(shell("echo first; printf ' \\twanted \\r\\nlast\\n'", "wanted") == "");
    CHECK(shell("printf 'without end'", "without end") == "");
    CHECK(shell("echo wanted and more", "wanted") ==
          "probe answer: /bin/sh -c echo wanted and more did not print the line 'wanted' to its "
          "standard output; it said \"wanted and more\\n\"");
    CHECK(contains(shell("echo wanted >&2", "wanted"), "did not print the line"));
}

TEST_CASE("command probe: the right line does not make up for the exit code or a signal") {
    CHECK(contains(shell("echo right; echo no zone >&2; exit 1", "right"),
                   "ended with exit code 1; expected exit code 0; it said \"no zone\\nright\\n\""));
    CHECK(contains(shell("kill -9 $$"), "ended by signal 9"));
}

TEST_CASE("command probe: a program that is missing is told, and nothing is thrown") {
    CHECK(contains(ask({"/usr/bin/no-such-dig", "x"}), "/usr/bin/no-such-dig"));
    CHECK(contains(ask({"no-such-dig-on-path"}), "no-such-dig-on-path"));
    CHECK(contains(ask({"/etc/passwd"}), "/etc/passwd"));
}

TEST_CASE("command probe: no shell, and a small environment of its own") {
    ::setenv("LOCUM_TEST_KEY", "of the agent", 1);
    CHECK(ask({"/bin/echo", "$HOME;", "a  b"}, "$HOME; a  b") == "");
    CHECK(shell("echo $TZ $LC_ALL ${LOCUM_TEST_KEY-none} ${HOME-none} ${PATH:+path}",
                "UTC C.UTF-8 none none path") == "");
    ::unsetenv("LOCUM_TEST_KEY");
}

TEST_CASE("command probe: at its limit it is killed with all that it started") {
    const Scratch scratch;
    const auto begun = std::chrono::steady_clock::now();
    const std::string why = shell("echo $$ > " + scratch / "pids" + "; sleep 300 & echo $! >> " +
                                      (scratch / "pids") + "; wait",
                                  "", 500ms);
    CHECK(std::chrono::steady_clock::now() - begun < 10s);
    CHECK(contains(why, "did not end within 500 ms and was killed"));
    std::istringstream pids(platform::read_file(scratch / "pids"));
    int seen = 0;
    for (pid_t pid = 0; pids >> pid; ++seen)
        CHECK(within(5s, [&] {
            const std::string stat = "/proc/" + std::to_string(pid) + "/stat";
            try {
                return !platform::exists(stat) || contains(platform::read_file(stat), ") Z ");
            } catch (const engine::Error&) {
                return true; // gone between the two
            }
        }));
    CHECK(seen == 2);
}

TEST_CASE("command probe: what it prints without end, or in no language, is bounded and shown") {
    CHECK(shell("echo wanted; head -c 10000000 /dev/zero", "wanted") == "");
    const std::string why = shell("head -c 10000000 /dev/zero; echo; echo wanted; "
                                  "head -c 10000000 /dev/zero",
                                  "wanted");
    CHECK(contains(why, "did not print the line 'wanted'"));
    CHECK(why.size() < 2000);
    CHECK(contains(shell("printf '\\377\\376'", "wanted"), "\uFFFD"));
}
