#include "platform/lock.hpp"
#include "platform/native.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::platform;
using testing::contains;
using testing::Scratch;

TEST_CASE("a lock is taken once, names its holder, and is free when it goes") {
    Scratch scratch;
    const std::string file = scratch / "lock";
    {
        const Lock lock = Lock::take(file, "locum upgrade run");
        const engine::Error error = testing::error_of([&] { Lock::take(file, "locum install"); });
        CHECK(error.kind() == engine::Kind::busy);
        CHECK(contains(error.what(), "locum upgrade run"));
        CHECK(contains(error.what(), "process " + std::to_string(own_pid())));
        CHECK(contains(error.what(), " since 2"));
        CHECK(!error.remedy().empty());
    }
    const Lock again = Lock::take(file, "x");
}

TEST_CASE("a lock moves with its owner") {
    Scratch scratch;
    Lock one = Lock::take(scratch / "a", "x");
    Lock two = std::move(one);
    CHECK_THROWS_AS(Lock::take(scratch / "a", "y"), engine::Error);
    two = Lock::take(scratch / "b", "x");
    const Lock three = Lock::take(scratch / "a", "y");
}

TEST_CASE("a lock in a missing folder is an error that names it") {
    Scratch scratch;
    CHECK(contains(testing::error_of([&] { Lock::take(scratch / "no/lock", "x"); }).what(),
                   "no/lock"));
}
