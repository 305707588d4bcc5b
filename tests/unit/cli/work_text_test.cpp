// What is told of long work: how far it is, how fast, and how long it will take.

#include "cli/work_text.hpp"

#include <doctest/doctest.h>

using namespace locum::cli;

TEST_CASE("work: percent, rate and time left") {
    CHECK(work_text(40'000'000, 100'000'000, "bytes", 20) == " 40 %  2 MB/s  30 s left");
    CHECK(work_text(1500, 6000, "rows", 3) == " 25 %  500 rows/s  9 s left");
    CHECK(work_text(1, 1000, "rows", 1) == "  0 %  1 rows/s  17 min left");
    CHECK(work_text(1, 100'000, "rows", 1) == "  0 %  1 rows/s  27.8 h left");
    CHECK(work_text(999'900, 1'999'800, "bytes", 1) == " 50 %  1 MB/s  1 s left");
}

TEST_CASE("work: at its end, at its begin, and of a total that is not known or was too small") {
    CHECK(work_text(100, 100, "rows", 2) == "100 %  50 rows/s");
    CHECK(work_text(150, 100, "rows", 1) == "100 %  150 rows/s");
    CHECK(work_text(0, 100, "rows", 5) == "  0 %");
    CHECK(work_text(50, 100, "rows", 0) == " 50 %");
    CHECK(work_text(12'300'000, 0, "bytes", 10) == "12.3 MB  1.23 MB/s");
    CHECK(work_text(0, 0, "bytes", 0) == "0 B");
}

TEST_CASE("work: a second piece of it in one step has a time of its own") {
    const WorkClock::Time begin{};
    const auto at = [&begin](int seconds) { return begin + std::chrono::seconds(seconds); };
    WorkClock clock;
    clock.begin(at(10));
    CHECK(clock.seconds(5, at(12)) == 2);
    CHECK(clock.seconds(9, at(14)) == 4);
    CHECK(clock.seconds(1, at(20)) == 0);
    CHECK(clock.seconds(3, at(21)) == 1);
    clock.begin(at(30));
    CHECK(clock.seconds(1, at(33)) == 3);
}

TEST_CASE("work: its share") {
    CHECK(work_share(1, 4) == 0.25);
    CHECK(work_share(5, 4) == 1);
    CHECK(work_share(5, 0) == 0);
}
