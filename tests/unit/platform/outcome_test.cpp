#include "platform/outcome.hpp"

#include <doctest/doctest.h>

using namespace locum::platform;
using namespace std::chrono_literals;

TEST_CASE("outcome: lines without blanks at their ends and without empty ones") {
    CHECK(lines("a\n\n  b c \t\r\nlast") == std::vector<std::string>{"a", "b c", "last"});
    CHECK(lines("").empty());
    CHECK(lines(" \n\t\n").empty());
}

TEST_CASE("outcome: what must have been done, and what is said where it was not") {
    CHECK(fault({.output = "x\n drained \n"}, "drained", 5s) == "");
    CHECK(fault({.output = "x\n"}, "", 5s) == "");
    CHECK(fault({.output = "drained now\n"}, "drained", 5s) ==
          "did not print the line 'drained' to its standard output");
    CHECK(fault({.errors = "drained\n"}, "drained", 5s) ==
          "did not print the line 'drained' to its standard output");
    CHECK(fault({.exit_code = 1, .output = "drained\n"}, "drained", 5s) ==
          "ended with exit code 1; expected exit code 0");
    CHECK(fault({.signal = 9, .output = "drained\n"}, "drained", 5s) ==
          "was ended by signal 9; expected exit code 0");
    CHECK(fault({.signal = 9, .timed_out = true}, "", 5s) ==
          "did not end within 5 s and was killed");
    CHECK(fault({.timed_out = true}, "", 1500ms) == "did not end within 1500 ms and was killed");
}

TEST_CASE("outcome: readable is UTF-8 without control characters, whatever was printed") {
    CHECK(readable("a\tb\nGrüße") == "a\tb\nGrüße");
    CHECK(readable("\377\376abc") == "abc");
    CHECK(readable(std::string("x\0y\033[2J", 7)) == "x?y?[2J");
    CHECK(readable("\xC3") == "");
}
