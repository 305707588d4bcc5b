#include "rehearse/lock_watch.hpp"

#include <doctest/doctest.h>

using namespace locum;
using namespace std::chrono_literals;
using datasource::LockedTable;
using rehearse::LockTally;
using upgrade::Locks;

namespace {

// Looks that take a millisecond each, begun at these times.
struct At {
    std::chrono::milliseconds asked;
    std::vector<LockedTable> locked;
};

Locks told(const std::vector<At>& looks) {
    LockTally tally;
    for (const At& look : looks)
        tally.add({LockTally::Time(look.asked), LockTally::Time(look.asked + 1ms), look.locked});
    return tally.locks();
}

} // namespace

TEST_CASE("lock tally: where none was seen, the longest time between two looks is what is known") {
    CHECK(told({}) == Locks{});
    CHECK(told({{0ms, {}}}) == Locks{});
    CHECK(told({{0ms, {}}, {10ms, {}}, {35ms, {}}, {45ms, {}}}) == Locks{{}, {}, 26});
}

TEST_CASE(
    "lock tally: from the last look at which it was free until the first at which it is so again") {
    const Locks once = told({{0ms, {}}, {10ms, {{"device", false}}}, {20ms, {}}, {30ms, {}}});
    CHECK(once == Locks{{"device", 21}, {}, 11});
    const Locks longer = told({{0ms, {}},
                               {10ms, {{"device", false}}},
                               {20ms, {{"device", true}}},
                               {30ms, {{"device", true}}},
                               {40ms, {}}});
    CHECK(longer == Locks{{"device", 41}, {"device", 31}, 11});
}

TEST_CASE("lock tally: the longest of several tables, and of several times") {
    const Locks locks = told({{0ms, {{"a", false}}},
                              {10ms, {{"a", false}, {"b", true}}},
                              {20ms, {{"b", true}}},
                              {30ms, {{"a", false}}},
                              {40ms, {{"a", false}}}});
    CHECK(locks == Locks{{"b", 31}, {"b", 31}, 11});
    // Not ended yet: until the last look.
    CHECK(told({{0ms, {}}, {10ms, {{"a", false}}}, {50ms, {{"a", false}}}}).writing.ms == 51);
}
