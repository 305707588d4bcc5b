#include "upgrade/report.hpp"

#include <doctest/doctest.h>

using namespace locum;
using engine::Mark;
using upgrade::report;

namespace {

using Times = std::map<std::string, std::int64_t>;
const Mark begun = Mark::intent;
const Mark done = Mark::done;
const Mark undone = Mark::undone;

} // namespace

TEST_CASE("report: nothing happened, nothing was out") {
    CHECK(report({}).out_of_rotation_ms.empty());
    CHECK(!report({}).outage_ms);
    CHECK(
        report({{"stage/node-1", begun, 5}, {"stage/node-1", done, 9}}).out_of_rotation_ms.empty());
}

TEST_CASE("report: rolling, each node's times out of rotation added") {
    const upgrade::Report all = report({
        {"node-1/copy", begun, 0},
        {"node-1/copy", done, 100},
        {"node-1/drain", begun, 100}, // from the intent on no new request comes
        {"node-1/drain", done, 150},
        {"node-1/stop", begun, 150},
        {"node-1/undrain", begun, 380},
        {"node-1/undrain", done, 400},
        {"node-2/drain", begun, 500},
        {"node-2/undrain", done, 900},
        {"node-1.return/drain", begun, 1000},
        {"node-1.return/undrain", done, 1050},
    });
    CHECK(all.out_of_rotation_ms == Times{{"node-1", 350}, {"node-2", 400}});
    CHECK(!all.outage_ms);
}

TEST_CASE(
    "report: a drain that was taken back ends there, a resumed one counts from its first begin") {
    CHECK(report({{"n/drain", begun, 10},
                  {"n/drain", undone, 40},
                  {"n/drain", begun, 100},
                  {"n/undrain", done, 150}})
              .out_of_rotation_ms == Times{{"n", 80}});
    CHECK(report({{"n/drain", begun, 10}, {"n/drain", begun, 60}, {"n/undrain", done, 100}})
              .out_of_rotation_ms == Times{{"n", 90}});
}

TEST_CASE("report: a node that is still out is not in the sums yet") {
    CHECK(report({{"n/drain", begun, 10}, {"n/drain", done, 20}}).out_of_rotation_ms.empty());
}

TEST_CASE("report: short downtime, from the first drain until the first server is back") {
    const upgrade::Report all = report({
        {"outage/drain-node-1", begun, 1000},
        {"outage/drain-node-1", done, 1010},
        {"outage/drain-node-2", begun, 1010},
        {"outage/stop-node-1", begun, 1020},
        {"outage/migrate", begun, 1100},
        {"outage/migrate", done, 1900},
        {"node-1/start", begun, 1900},
        {"node-1/undrain", begun, 2400},
        {"node-1/undrain", done, 2500},
        {"node-2/undrain", done, 3000},
    });
    CHECK(all.outage_ms == 1500);
    CHECK(all.out_of_rotation_ms == Times{{"node-1", 1500}, {"node-2", 1990}});
}

TEST_CASE("report: a short downtime that was taken back was an outage too") {
    const upgrade::Report all = report({
        {"outage/drain-node-1", begun, 100},
        {"outage/drain-node-2", begun, 120},
        {"outage/drain-node-2", undone, 400},
        {"outage/drain-node-1", undone, 500},
    });
    CHECK(all.outage_ms == 300);
    CHECK(all.out_of_rotation_ms == Times{{"node-1", 400}, {"node-2", 280}});
}

TEST_CASE("report: names of nodes with dots, dashes and the word return") {
    CHECK(report({{"eu.return.node-1.return/drain", begun, 1},
                  {"eu.return.node-1.return/undrain", done, 3}})
              .out_of_rotation_ms == Times{{"eu.return.node-1", 2}});
    CHECK(report({{"node-1.balancer/switch", begun, 1}, {"node-1.balancer/switch", done, 3}})
              .out_of_rotation_ms.empty());
}
