#include "examples/endpoint-manager/load/ledger.hpp"

#include <doctest/doctest.h>

using namespace endpoint::load;
using example::load::Instant;

namespace {

// A moment `ms` after the epoch of both clocks.
Instant at(std::int64_t ms) {
    return {ms * 1'000'000, ms};
}

Source normal(std::int64_t started, std::int64_t ended) {
    return {at(started), at(ended), std::nullopt};
}
Source update(std::int64_t started, std::int64_t snapshot) {
    return {at(started), at(started + 1), snapshot};
}

// Writes 11 and 12, acknowledged at 100 and 200; 10 was there before.
struct Written {
    Ledger ledger{1, 10, 5};
    Written() {
        CHECK(ledger.send(at(90)) == 11);
        CHECK(ledger.acknowledge(6, at(100)) == "");
        CHECK(ledger.send(at(190)) == 12);
        CHECK(ledger.acknowledge(7, at(200)) == "");
    }
};

} // namespace

TEST_CASE_FIXTURE(Written, "in normal mode a read sees what was acknowledged before it began") {
    CHECK(ledger.judge(12, normal(300, 301)).wrong == "");
    CHECK(ledger.judge(11, normal(300, 301)).wrong ==
          "profile 1: value 11, when 12 had been acknowledged");
    // Begun before the acknowledgement, a read may see either.
    CHECK(ledger.judge(11, normal(150, 250)).wrong == "");
    CHECK(ledger.judge(12, normal(150, 250)).wrong == "");
    CHECK(ledger.judge(10, normal(150, 250)).wrong != "");
}

TEST_CASE_FIXTURE(Written, "a value that was never current is wrong in both modes") {
    CHECK(ledger.judge(13, normal(300, 301)).wrong == "profile 1: value 13 was never sent");
    CHECK(ledger.judge(9, normal(300, 301)).wrong == "profile 1: value 9 was never sent");
    CHECK(ledger.judge(13, update(300, 150)).wrong != "");
    CHECK(ledger.judge(12, normal(100, 150)).wrong != ""); // sent at 190
    ledger.send(at(400));
    ledger.refuse();
    CHECK(ledger.judge(13, normal(500, 501)).wrong ==
          "profile 1: the write of value 13 was refused");
}

TEST_CASE_FIXTURE(Written, "a copy may be stale, but not older than its snapshot") {
    const Judgement judgement = ledger.judge(11, update(350, 150));
    CHECK(judgement.wrong == "");
    CHECK(judgement.stale);
    CHECK(judgement.staleness_ms == 150); // 12 was acknowledged at 200
    CHECK(ledger.judge(10, update(350, 150)).wrong ==
          "profile 1: value 10, when 11 had been acknowledged before the snapshot");
    CHECK_FALSE(ledger.judge(12, update(350, 150)).stale);
    // Acknowledged in the snapshot's own millisecond, or the one before: either order is possible.
    CHECK(ledger.judge(10, update(350, 100)).wrong == "");
    CHECK(ledger.judge(10, update(350, 101)).wrong == "");
    CHECK(ledger.judge(10, update(350, 102)).wrong != "");
    CHECK(ledger.judge(10, update(350, 100)).staleness_ms == 250); // 11 was acknowledged at 100
}

TEST_CASE_FIXTURE(Written, "a write whose fate is unknown may be read at any later time") {
    ledger.send(at(300));
    ledger.forget();
    CHECK(ledger.send(at(400)) == 14);
    CHECK(ledger.acknowledge(9, at(410)) == ""); // it was committed after all
    CHECK(ledger.judge(13, normal(500, 501)).wrong == "");
    CHECK(ledger.judge(12, normal(500, 501)).wrong != "");
    CHECK(ledger.settle(13, 9).lost == 0);
}

TEST_CASE_FIXTURE(Written, "versions count the committed writes") {
    ledger.send(at(300));
    CHECK(ledger.acknowledge(7, at(310)) == "profile 1 has version 7, expected 8 to 8");
    ledger.send(at(320));
    ledger.forget();
    ledger.send(at(330));
    CHECK(ledger.acknowledge(9, at(340)) == "");
    ledger.send(at(350));
    CHECK(ledger.acknowledge(12, at(360)) == "profile 1 has version 12, expected 10 to 11");
}

TEST_CASE_FIXTURE(Written, "the end shows what was lost") {
    CHECK(ledger.settle(12, 7).lost == 0);
    CHECK(ledger.settle(12, 7).wrong == "");
    CHECK(ledger.settle(11, 6).lost == 1);
    CHECK(ledger.settle(10, 5).lost == 2);
    CHECK(ledger.settle(11, 7).lost == 1);   // the count is right, the last value is not there
    CHECK(ledger.settle(12, 8).wrong != ""); // somebody else wrote
    CHECK(ledger.settle(20, 7).wrong == "profile 1: value 20 was never sent");
}
