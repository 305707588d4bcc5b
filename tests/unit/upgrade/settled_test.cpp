#include "upgrade/steps/settled.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using locum::upgrade::steps::Settled;

namespace {

// Questions at times of the test's own, each answered 10 ms after it was put.
struct Asking {
    Settled settled;
    std::chrono::milliseconds settle;
    bool at(std::chrono::milliseconds time, bool holds) {
        const Settled::Time asked{time};
        return settled.after(holds, asked, asked + 10ms, settle);
    }
};

} // namespace

TEST_CASE("settled: without a time the first answer is enough") {
    Asking asking{{}, 0ms};
    CHECK_FALSE(asking.at(0ms, false));
    CHECK_FALSE(asking.settled.begun());
    CHECK(asking.at(20ms, true));
}

TEST_CASE("settled: it counts from the end of the first answer to the next question") {
    Asking asking{{}, 100ms};
    CHECK_FALSE(asking.at(0ms, true));
    CHECK(asking.settled.begun());
    CHECK_FALSE(asking.at(100ms, true)); // the first was answered at 10 ms
    CHECK_FALSE(asking.at(109ms, true));
    CHECK(asking.at(110ms, true));
}

TEST_CASE("settled: any other answer begins it anew") {
    Asking asking{{}, 100ms};
    CHECK_FALSE(asking.at(0ms, true));
    CHECK_FALSE(asking.at(50ms, false));
    CHECK_FALSE(asking.settled.begun());
    CHECK_FALSE(asking.at(100ms, true));
    CHECK_FALSE(asking.at(200ms, true));
    CHECK(asking.at(210ms, true));
}
