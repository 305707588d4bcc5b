// How far clocks are apart, and what is said of it.

#include "cluster/clock.hpp"
#include "tests/support/findings.hpp"

#include <doctest/doctest.h>

using namespace locum;
using cluster::Clock;
using engine::Finding;
using std::chrono::microseconds;
using testing::names;

namespace {

Clock node(const std::string& name, std::int64_t ahead_ms) {
    return {name, false, ahead_ms, ""};
}

} // namespace

TEST_CASE("clock: the sample with the shortest round trip counts, from its middle") {
    CHECK(cluster::ahead_ms({{1000, microseconds(400'000), 9000},
                             {2000, microseconds(10'000), 2105},
                             {3000, microseconds(900'000), 100}}) == 100);
    CHECK(cluster::ahead_ms({{1000, microseconds(2000), 501}}) == -500);
}

TEST_CASE("clock: all within a minute of each other is fine, to the millisecond") {
    CHECK(cluster::clock_findings({}).empty());
    CHECK(cluster::clock_findings({node("a", 0)}).empty());
    CHECK(cluster::clock_findings({node("a", 0), node("b", 60'000)}).empty());
    CHECK(cluster::clock_findings({node("a", -30'000), node("b", 0), node("c", 30'000)}).empty());
    CHECK(names(cluster::clock_findings({node("a", 0), node("b", 60'001), node("c", 0)})) ==
          std::vector<std::string>{"clock"});
}

TEST_CASE("clock: who is off is told against the median, whoever asks") {
    // The asker is the one that is off: to it all others are.
    for (const std::int64_t shift : {0L, 61'000L}) {
        const std::vector<Finding> findings =
            cluster::clock_findings({node("node-1", 0 - shift), node("node-2", 61'000 - shift),
                                     cluster::database_clock(0 - shift)});
        REQUIRE(findings.size() == 1);
        CHECK(findings[0].name == "clock");
        CHECK(findings[0].found ==
              "node-2's clock is 61.0 s ahead (from the median of 3: node-1 +0.0 s, node-2 +61.0 "
              "s, the database +0.0 s)");
        CHECK(findings[0].expected == "all clocks within 60 s of each other");
        CHECK(findings[0].remedy.find("on node-2: timedatectl") != std::string::npos);
        CHECK_FALSE(findings[0].may_be_ignored);
    }
    const std::vector<Finding> behind =
        cluster::clock_findings({node("a", 0), node("b", 0), node("c", -61'000)});
    REQUIRE(behind.size() == 1);
    CHECK(behind[0].found.starts_with("c's clock is 61.0 s behind"));
}

TEST_CASE("clock: the database's host is a finding of its own, which may be ignored") {
    const std::vector<Finding> findings = cluster::clock_findings(
        {node("a", 0), node("b", 0), node("c", 0), cluster::database_clock(-3'600'000)});
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].name == "clock-database");
    CHECK(findings[0].may_be_ignored);
    CHECK(findings[0].found.starts_with("the database's clock is 3600.0 s behind"));
}

TEST_CASE("clock: of two nobody can tell who is right, both are named") {
    const std::vector<Finding> nodes = cluster::clock_findings({node("a", 0), node("b", 61'000)});
    REQUIRE(nodes.size() == 1);
    CHECK(nodes[0].name == "clock");
    CHECK(nodes[0].found == "clocks 61.0 s apart, and no majority says who is right (from their "
                            "middle: a -30.5 s, b +30.5 s)");
    CHECK(nodes[0].remedy.find("on a or b, whichever is wrong") != std::string::npos);
    CHECK(names(cluster::clock_findings({node("a", 0), cluster::database_clock(61'000)})) ==
          std::vector<std::string>{"clock-database"});
    // Two and two: as little.
    const std::vector<Finding> halves =
        cluster::clock_findings({node("a", 0), node("b", 0), node("c", 90'000), node("d", 90'000)});
    CHECK(names(halves) == std::vector<std::string>{"clock"});
    CHECK(halves[0].remedy.find("a or b or c or d") != std::string::npos);
}

TEST_CASE("clock: none far from the median, and two far from each other") {
    const std::vector<Finding> findings =
        cluster::clock_findings({node("a", -40'000), node("b", 0), node("c", 40'000)});
    CHECK(names(findings) == std::vector<std::string>{"clock", "clock"});
    CHECK(findings[0].found.starts_with("a's clock is 40.0 s behind"));
    CHECK(findings[1].found.starts_with("c's clock is 40.0 s ahead"));
}

TEST_CASE("clock: one that cannot be asked is a warning, and changes nothing of the others") {
    const std::vector<Finding> findings =
        cluster::clock_findings({node("a", 0), {"b", false, std::nullopt, "no such verb"}});
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].name == "clock-unknown");
    CHECK(findings[0].severity == engine::Severity::warning);
    CHECK(findings[0].found == "b's clock cannot be asked: no such verb");
}

TEST_CASE("clock: the status warns from half of the limit on") {
    CHECK(cluster::clock_warnings({node("a", 0), node("b", 0), node("c", 30'000)}).empty());
    CHECK(cluster::clock_warnings({node("a", 0), node("b", 0), node("c", -30'001)}) ==
          std::vector<std::string>{
              "c's clock is 30.0 s behind the others' (at most 60 s is allowed)"});
}
