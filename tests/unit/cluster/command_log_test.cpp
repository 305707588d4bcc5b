// Commands that change something run once, over repetitions, restarts and changes of the lease.

#include "tests/unit/cluster/command_log.hpp"

using namespace locum;
using namespace locum::testing;
using engine::Kind;

namespace {

std::string throw_error() {
    throw engine::Error("no", Kind::paused);
}

} // namespace

TEST_CASE("command log: a command runs once, a repeated one gets the same answer") {
    Log log;
    CHECK(log.once("n/stop#0@3", 3, "first") == "first");
    CHECK(log.once("n/stop#0@3", 3, "second") == "first");
    CHECK(log.runs == 1);
    CHECK(log.once("n/stop#1@3", 3, "third") == "third"); // another attempt is another command
    CHECK(log.once("n/stop#0@4", 4, "fourth") == "fourth");
    CHECK(log.runs == 3);
}

TEST_CASE("command log: one that failed runs again, its error is passed on as it was") {
    Log log;
    const engine::Error error = error_of([&] { log.log->once("a@3", "o", 3, throw_error); });
    CHECK(error.kind() == Kind::paused);
    CHECK_THROWS_AS(
        log.log->once("a@3", "o", 3, []() -> std::string { throw std::out_of_range("index"); }),
        std::out_of_range);
    CHECK(log.once("a@3", 3) == "result");
    CHECK(log.once("a@3", 3) == "result");
    CHECK(log.runs == 1);
}

TEST_CASE("command log: an epoch below the greatest that was seen is refused, and nothing runs") {
    Log log;
    log.once("a@5", 5);
    for (bool reopened : {false, true}) {
        const engine::Error error = error_of([&] { log.once("b@4", 4); });
        CHECK(error.kind() == Kind::busy);
        CHECK(contains(error.what(), "epoch 4"));
        CHECK(contains(error.what(), "5"));
        CHECK(!error.remedy().empty());
        if (!reopened)
            log.reopen();
    }
    CHECK(log.runs == 1);
    // What was answered under the older epoch is not given out under it either.
    CHECK_THROWS_AS(log.once("a@4", 4), engine::Error);
    log.once("c@5", 5);
    log.once("d@6", 6);
    CHECK(log.runs == 3);
}

TEST_CASE("command log: a command without a lease concerns nobody's epoch") {
    Log log;
    log.once("a@5", 5);
    CHECK(log.once("install/x", cluster::no_lease) == "result");
    CHECK(log.once("b@5", 5) == "result");
}

TEST_CASE("command log: opened again, it knows what was done") {
    Log log;
    log.once("a@3", 3, "kept\nwith lines");
    log.reopen();
    CHECK(log.once("a@3", 3, "other") == "kept\nwith lines");
    CHECK(log.runs == 1);
}

TEST_CASE("command log: one that died with the agent runs again") {
    Log log;
    log.log.reset();
    {
        platform::JournalFile journal(log.folder / "commands");
        journal.append({"o", 3, "a@3", engine::Mark::intent, "", ""});
    }
    log.reopen();
    CHECK(log.once("a@3", 3) == "result");
    CHECK(log.runs == 1);
}
