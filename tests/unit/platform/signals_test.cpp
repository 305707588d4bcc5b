#include "platform/process.hpp"
#include "platform/signals.hpp"
#include "tests/unit/platform/support.hpp"

#include "native_signals.hpp"

using namespace locum;
using namespace std::chrono_literals;
using testing::child_command;
using testing::plain_lines;

TEST_CASE("signals, any system: one that came is told once") {
    platform::StopSignals signals;
    CHECK(!signals.arrived());
    platform::send_signal(platform::self(), "TERM");
    CHECK(testing::within(20s, [&] { return signals.arrived(); }));
    CHECK(!signals.arrived());
}

TEST_CASE("signals, any system: Ctrl-C is one, and whoever hears it ends its own way") {
    const auto finished = platform::run(
        child_command({"terminal", "hear", "ctrl-c", "wait", "out", "told", "exit", "7"}));
    CHECK(plain_lines(finished.output) == "told\n");
    CHECK(finished.exit_code == 7);
    CHECK(finished.signal == 0);
}

TEST_CASE("signals, any system: while a person is asked Ctrl-C ends it with its words and code, "
          "and not later") {
    const auto asked = platform::run(
        child_command({"terminal", "ask", "left\n", "6", "ctrl-c", "sleep", "300000"}));
    CHECK(plain_lines(asked.errors) == "left\n");
    CHECK(asked.exit_code == 6);
    CHECK(asked.signal == 0);
    const auto answered =
        platform::run(child_command({"terminal", "ask", "left\n", "6", "answered", "ctrl-c",
                                     "sleep", "60000", "out", "went on"}));
    CHECK(answered.output == "");
    CHECK(answered.errors == "");
    CHECK(testing::ended_by_ctrl_c(answered));
}
