// The plans as they are printed, for three servers and two balancers. Nothing is asked: no agent
// runs here.

#include "tests/support/golden.hpp"
#include "tests/unit/upgrade/coordinator.hpp"

using namespace locum;
using namespace locum::testing;

namespace {

std::string printed(const engine::Plan& plan) {
    std::string text = plan.title + "\n";
    for (const std::string& line : engine::lines(plan))
        text += "  " + line + "\n";
    return text;
}

// What the plan does when a step fails, by the step's id.
std::map<std::string, engine::OnFailure> policies(const engine::Plan& plan) {
    std::map<std::string, engine::OnFailure> all;
    for (const engine::PlannedStep& planned : plan.steps)
        all[planned.step.id] = planned.on_failure;
    return all;
}

bool ids_differ(const engine::Plan& plan) {
    return policies(plan).size() == plan.steps.size();
}

} // namespace

TEST_CASE("plan: rolling") {
    Coordinator coordinator;
    const engine::Plan plan = upgrade::rolling_plan(coordinator.conductor(), three_servers);
    CHECK(ids_differ(plan));
    check_golden(printed(plan), "tests/unit/upgrade/plans/rolling.txt");
}

TEST_CASE("plan: rolling, without the server that migrated the database") {
    Coordinator coordinator;
    const upgrade::Order order{.servers = {"node-1", "node-2"},
                               .last_is_gone = true,
                               .balancers = {"node-1", "node-2"},
                               .nodes = {"node-1", "node-2"}};
    const engine::Plan plan = upgrade::rolling_plan(coordinator.conductor(), order);
    CHECK(ids_differ(plan));
    check_golden(printed(plan), "tests/unit/upgrade/plans/rolling-last-is-gone.txt");
}

TEST_CASE("plan: in place, in each safe order") {
    using upgrade::InPlace;
    Coordinator coordinator;
    std::string text;
    for (const InPlace in :
         {InPlace::servers_only, InPlace::servers_first, InPlace::schema_first}) {
        coordinator.to().old_binary_on_new_schema = in == InPlace::schema_first
                                                        ? suite::Compatibility::works
                                                        : suite::Compatibility::breaks;
        const engine::Plan plan =
            upgrade::in_place_plan(coordinator.conductor(), three_servers, in);
        CHECK(ids_differ(plan));
        text += printed(plan);
    }
    check_golden(text, "tests/unit/upgrade/plans/in-place.txt");
}

TEST_CASE("plan: short downtime") {
    Coordinator coordinator;
    const engine::Plan plan = upgrade::short_downtime_plan(coordinator.conductor(), three_servers);
    CHECK(ids_differ(plan));
    check_golden(printed(plan), "tests/unit/upgrade/plans/short-downtime.txt");
}

TEST_CASE("plan: one host of several, and the last one, R1's own way") {
    Coordinator coordinator;
    const engine::Plan whole = upgrade::rolling_plan(coordinator.conductor(), three_servers);
    const engine::Plan second = upgrade::one_server_plan(coordinator.conductor(), three_servers, 1);
    const engine::Plan last = upgrade::last_server_plan(coordinator.conductor(), three_servers);
    CHECK(second.title == "update node-2, 2 of 3 servers");
    CHECK(last.title == "update node-3, the last of 3 servers, and bring all back to normal mode");
    // Together they are the rolling plan, step for step: `resume` goes on with either.
    std::set<std::string> ids;
    for (std::size_t i : {0, 1})
        for (const auto& planned :
             upgrade::one_server_plan(coordinator.conductor(), three_servers, i).steps)
            ids.insert(planned.step.id + ": " + planned.step.says);
    for (const auto& planned : last.steps)
        ids.insert(planned.step.id + ": " + planned.step.says);
    std::set<std::string> all;
    for (const auto& planned : whole.steps)
        all.insert(planned.step.id + ": " + planned.step.says);
    CHECK(ids == all);
}

TEST_CASE("plan: what a failure takes back, before and after the point of no return") {
    using engine::OnFailure;
    Coordinator coordinator;
    const auto rolling = policies(upgrade::rolling_plan(coordinator.conductor(), three_servers));
    CHECK(rolling.at("stage/node-1") == OnFailure::undo_all);
    CHECK(rolling.at("node-1/start") == OnFailure::undo_group_then_stop);
    CHECK(rolling.at("node-3.last/fence") == OnFailure::undo_group_then_stop);
    CHECK(rolling.at("node-3.last/migrate") == OnFailure::undo_group_then_stop);
    CHECK(rolling.at("node-3.last/unfence") == OnFailure::stop);
    CHECK(rolling.at("node-3.last/start") == OnFailure::stop);
    CHECK(rolling.at("node-1.return/start") == OnFailure::skip_group);
    CHECK(rolling.at("end/version") == OnFailure::stop);
    const auto downtime =
        policies(upgrade::short_downtime_plan(coordinator.conductor(), three_servers));
    CHECK(downtime.at("outage/migrate") == OnFailure::undo_group_then_stop);
    CHECK(downtime.at("outage/unfence") == OnFailure::stop);
    CHECK(downtime.at("node-1/start") == OnFailure::stop);
    CHECK(downtime.at("node-2/start") == OnFailure::skip_group);
}

TEST_CASE("plan: one step only cannot be undone, the migration, and nothing after it is undone") {
    Coordinator coordinator;
    for (const engine::Plan& plan :
         {upgrade::rolling_plan(coordinator.conductor(), three_servers),
          upgrade::short_downtime_plan(coordinator.conductor(), three_servers)}) {
        bool behind = false;
        int irreversible = 0;
        for (const engine::PlannedStep& planned : plan.steps) {
            if (std::holds_alternative<engine::Irreversible>(planned.step.undo)) {
                ++irreversible;
                behind = true;
                continue;
            }
            if (behind)
                CHECK((planned.on_failure == engine::OnFailure::stop ||
                       planned.on_failure == engine::OnFailure::skip_group));
        }
        CHECK(irreversible == 1);
    }
}

TEST_CASE("plan: agents come first, one after the other, and a failure takes all of them back") {
    Coordinator coordinator;
    coordinator.to().program =
        suite::Program{engine::Version::parse("0.2.0"), {{"linux-x86_64", "bin/locum"}}};
    upgrade::Order order = three_servers;
    order.agents = {"node-1", "node-3"};
    auto& conductor = coordinator.conductor();
    for (const engine::Plan& plan :
         {upgrade::rolling_plan(conductor, order), upgrade::short_downtime_plan(conductor, order),
          upgrade::in_place_plan(conductor, order, upgrade::InPlace::servers_only),
          upgrade::last_server_plan(conductor, order)}) {
        REQUIRE(plan.steps.size() > 3);
        CHECK(plan.steps[0].step.id == "agent/node-1");
        CHECK(plan.steps[1].step.id == "agent/node-3");
        CHECK(plan.steps[2].step.id == "stage/node-1");
        CHECK(plan.steps[0].on_failure == engine::OnFailure::undo_all);
        CHECK(std::holds_alternative<engine::Undo>(plan.steps[0].step.undo));
        CHECK(plan.steps[0].step.says == "let the agent of node-1 run from Locum 0.2.0, which the "
                                         "bundle brings; services go on");
    }
    // Its own only, where each host has its turn.
    CHECK(upgrade::one_server_plan(conductor, order, 0).steps[0].step.id == "agent/node-1");
    CHECK(upgrade::one_server_plan(conductor, order, 1).steps[0].step.id == "stage/node-2");
}
