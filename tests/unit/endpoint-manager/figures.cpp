#include "examples/common/load/figures.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>

using namespace example::load;

namespace {

Instant at(std::int64_t ms) {
    return {ms * 1'000'000, ms};
}

Outcome outcome(Result result, std::int64_t started, std::int64_t ended, bool write = false) {
    Outcome outcome;
    outcome.result = result;
    outcome.write = write;
    outcome.started = at(started);
    outcome.ended = at(ended);
    outcome.node = "node-1";
    outcome.what = "what";
    return outcome;
}

struct Fixture {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> complaints{std::tmpfile(), &std::fclose};
    Figures figures{"endpoint-load", at(0), complaints.get()};
};

} // namespace

TEST_CASE_FIXTURE(Fixture, "every request is counted once") {
    figures.record(outcome(Result::right, 0, 1));
    figures.record(outcome(Result::right, 0, 2, true));
    Outcome stale = outcome(Result::stale, 1, 2);
    stale.staleness_ms = 70;
    stale.waited = true;
    figures.record(stale);
    figures.record(outcome(Result::refused, 2, 3, true));
    figures.record(outcome(Result::failed, 3, 4));
    figures.record(outcome(Result::wrong, 4, 5));
    const Totals totals = figures.totals(at(10));
    CHECK(totals.requests == 6);
    CHECK(totals.failed == 1);
    CHECK(totals.wrong == 1);
    CHECK(totals.stale == 1);
    CHECK(totals.waited == 1);
    CHECK(totals.staleness_max_ms == 70);
    CHECK(totals.writes_acknowledged == 1);
    CHECK(totals.writes_refused == 1);
    const Lately lately = figures.lately();
    CHECK(lately.ok == 3);
    CHECK(lately.nodes.at("node-1") == 3);
    CHECK(figures.lately().ok == 0);
}

TEST_CASE_FIXTURE(Fixture, "an outage lasts from a first failed request to the next right one") {
    figures.record(outcome(Result::right, 0, 10));
    figures.record(outcome(Result::failed, 20, 30));
    figures.record(outcome(Result::failed, 40, 50));
    figures.record(outcome(Result::right, 60, 70));
    figures.record(outcome(Result::failed, 100, 110));
    figures.record(outcome(Result::right, 110, 115));
    CHECK(figures.totals(at(115)).outage_ms == 50 + 15);
    CHECK(figures.totals(at(115)).write_outage_ms == 0);
}

TEST_CASE_FIXTURE(Fixture, "a time-out begins its outage no earlier than the last right answer") {
    figures.record(outcome(Result::right, 0, 2990));
    figures.record(outcome(Result::failed, 0, 3000));
    figures.record(outcome(Result::right, 3000, 3010));
    CHECK(figures.totals(at(3010)).outage_ms == 20);
}

TEST_CASE_FIXTURE(Fixture, "refused writes are an outage of writes only") {
    figures.record(outcome(Result::right, 0, 10, true));
    figures.record(outcome(Result::refused, 20, 25, true));
    figures.record(outcome(Result::right, 30, 40));
    figures.record(outcome(Result::failed, 50, 60, true));
    figures.record(outcome(Result::right, 70, 80, true));
    CHECK(figures.totals(at(80)).write_outage_ms == 60);
    CHECK(figures.totals(at(80)).outage_ms == 30);
}

TEST_CASE_FIXTURE(Fixture, "what is open at the end counts until then") {
    figures.record(outcome(Result::right, 0, 10));
    figures.record(outcome(Result::failed, 20, 30));
    const Totals totals = figures.totals(at(120));
    CHECK(totals.outage_ms == 100);
    CHECK(totals.longest_gap_ms == 110);
}

TEST_CASE_FIXTURE(Fixture, "the longest gap is between right answers, whoever got them") {
    figures.record(outcome(Result::right, 0, 10));
    figures.record(outcome(Result::refused, 10, 60, true));
    figures.record(outcome(Result::stale, 20, 90));
    figures.record(outcome(Result::right, 20, 80));
    CHECK(figures.totals(at(100)).longest_gap_ms == 80);
}

TEST_CASE_FIXTURE(Fixture, "the first twenty failed and the first twenty wrong requests are told") {
    for (int i = 0; i < 50; ++i)
        figures.record(outcome(i % 2 == 0 ? Result::failed : Result::wrong, i, i));
    std::rewind(complaints.get());
    std::string text;
    for (int c = std::fgetc(complaints.get()); c != EOF; c = std::fgetc(complaints.get()))
        text += static_cast<char>(c);
    CHECK(std::count(text.begin(), text.end(), '\n') == 42);
    CHECK(text.starts_with("endpoint-load: failed at 0.000 s by node-1: what\n"));
}
