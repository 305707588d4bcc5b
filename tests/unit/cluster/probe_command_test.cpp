#include "cluster/probe.hpp"
#include "tests/support/child.hpp"
#include "tests/support/variable.hpp"

#include <sstream>

using namespace locum;
using namespace locum::testing;
using namespace std::chrono_literals;

namespace {

using Words = std::vector<std::string>;

// "" where it is well.
std::string ask(Words argv, const std::string& output = "", std::chrono::milliseconds limit = 20s) {
    return cluster::ask({"answer", cluster::CommandTarget{std::move(argv), output}, limit})
        .value_or("");
}

// The same of the program that does what its words say.
std::string ask_child(const Words& words, const std::string& output = "",
                      std::chrono::milliseconds limit = 20s) {
    return ask(child(words), output, limit);
}

} // namespace

TEST_CASE("command probe: exit code 0, and one of its lines is the text") {
    CHECK(ask_child({"exit", "0"}) == "");
    CHECK(ask_child({"out", "\"the database is read\""}, "\"the database is read\"") == "");
    CHECK(ask_child({"out", "first", "say", " \twanted \r\nlast\n"}, "wanted") == "");
    CHECK(ask_child({"say", "without end"}, "without end") == "");
    CHECK(ask_child({"say", "wanted and more"}, "wanted") ==
          "probe answer: " + child({})[0] +
              " say wanted and more did not print the line 'wanted' to its standard output; it "
              "said \"wanted and more\"");
    CHECK(contains(ask_child({"err", "wanted"}, "wanted"), "did not print the line"));
}

TEST_CASE("command probe: the right line does not make up for the exit code or a signal") {
    const std::string why = ask_child({"out", "right", "err", "no zone", "exit", "1"}, "right");
    CHECK(contains(why, "ended with exit code 1; expected exit code 0; it said \"no zone"));
    CHECK(contains(why, "\\nright"));
    CHECK(contains(ask_child({"die"}), "ended by signal 9"));
}

TEST_CASE("command probe: a program that is missing is told, and nothing is thrown") {
    const Scratch scratch;
    CHECK(contains(ask({scratch / "no-such-dig", "x"}), scratch / "no-such-dig"));
    CHECK(contains(ask({"no-such-dig-on-path"}), "no-such-dig-on-path"));
    platform::write_file(scratch / "words", "no program\n", 0644);
    CHECK(contains(ask({scratch / "words"}), scratch / "words"));
}

TEST_CASE("command probe: no shell, and a small environment of its own") {
    const Variable of_agent("LOCUM_TEST_KEY", "of the agent");
    CHECK(ask_child({"say", "$HOME;", "say", "a  b"}, "$HOME;a  b") == "");
    for (const auto& [name, value] : std::map<std::string, std::string>{
             {"TZ", "UTC"}, {"LC_ALL", "C.UTF-8"}, {"LOCUM_TEST_KEY", "unset"}, {"HOME", "unset"}})
        CHECK(ask_child({"variable", name}, value) == "");
    CHECK(ask_child({"variable", "PATH"}, "unset") != "");
}

TEST_CASE("command probe: at its limit it is killed with all that it started") {
    const Scratch scratch;
    const std::string file = scratch / "pids";
    const auto begun = std::chrono::steady_clock::now();
    const std::string why = ask_child(
        {"append-pid", file, "beside", "append-pid " + file + " sleep 1000000", "sleep", "1000000"},
        "", start_limit());
    CHECK(std::chrono::steady_clock::now() - begun < 10s);
    CHECK(contains(why, "did not end within " + start_limit_text() + " and was killed"));
    std::istringstream pids(platform::read_file(file));
    int seen = 0;
    for (std::int64_t pid = 0; pids >> pid; ++seen)
        CHECK(within(5s, [&] { return !runs(pid); }));
    CHECK(seen == 2);
}

TEST_CASE("command probe: what it prints without end, or in no language, is bounded and shown") {
    CHECK(ask_child({"out", "wanted", "many", "10000000"}, "wanted") == "");
    const std::string why =
        ask_child({"many", "10000000", "say", "\nwanted\n", "many", "10000000"}, "wanted");
    CHECK(contains(why, "did not print the line 'wanted'"));
    CHECK(why.size() < 2000);
    CHECK(contains(ask_child({"byte", "255", "byte", "254"}, "wanted"), "\uFFFD"));
}
