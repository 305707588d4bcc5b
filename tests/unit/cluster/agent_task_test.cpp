#include "cluster/agent_task.hpp"

#include "tests/support/scratch.hpp"

#include <atomic>

using namespace locum;
using namespace std::chrono_literals;

TEST_CASE("a task of the agent runs at once and again, also after an error, until its end") {
    std::atomic<int> runs = 0;
    {
        const cluster::RunningTask task({"counting", 1ms, [&] {
                                             if (++runs == 2)
                                                 throw std::runtime_error("once");
                                         }});
        CHECK(testing::within(10s, [&] { return runs > 3; }));
    }
    const int ended = runs;
    CHECK(runs == ended);
}

TEST_CASE("a task that waits for its next run ends at once") {
    const auto begun = std::chrono::steady_clock::now();
    std::atomic<bool> ran = false;
    {
        const cluster::RunningTask task({"slow", 1h, [&] { ran = true; }});
        CHECK(testing::within(10s, [&] { return ran.load(); }));
    }
    CHECK(std::chrono::steady_clock::now() - begun < 1min);
}
