// The plan of a repair: what is in it, in which order, and what it waits for.

#include "installer/inventory.hpp"
#include "installer/repair.hpp"
#include "installer/taking_up.hpp"
#include "tests/support/site.hpp"

using namespace locum;
using namespace locum::testing;
using installer::Drift;
using installer::Resource;
using installer::Verified;
using installer::resources::TakeUp;

namespace {

struct Node : Site {
    Node() : Site({"server", "balancer"}) {
        run_until("agent/start");
        here = installer::look_at_node(layout(), "/nowhere/locum");
    }
    installer::InstalledNode here;
};

Resource resource(const std::string& id, const std::string& component, bool in_use,
                  engine::Severity severity = engine::Severity::error) {
    return {
        id,
        "the " + id,
        component,
        [=] {
            return std::vector<Drift>{{{id, severity, "damage", "none", "locum repair"}, in_use}};
        },
        [](engine::Reporter&) {},
        nullptr,
        nullptr};
}

std::vector<std::string> ids(const engine::Plan& plan) {
    std::vector<std::string> all;
    for (const engine::PlannedStep& step : plan.steps)
        all.push_back(step.step.id);
    return all;
}

} // namespace

TEST_CASE("repair: nothing to do where nothing differs, or is only not known") {
    Node node;
    CHECK(installer::repair_plan(node.here, {}).steps.empty());
    const std::vector<Resource> unknown{
        resource("config/server", "server", false, engine::Severity::warning)};
    CHECK(installer::repair_plan(node.here, installer::verify(unknown)).steps.empty());
}

TEST_CASE("repair: services are restarted after all else, and only where what they use differed") {
    Node node;
    const std::vector<Resource> resources{resource("files/server", "server", true),
                                          resource("files/balancer", "balancer", false),
                                          resource("service/server", "", false)};
    const std::vector<Verified> found = installer::verify(resources);
    CHECK(ids(installer::repair_plan(node.here, found)) ==
          std::vector<std::string>{"repair/files/server", "repair/files/balancer", "take-up/server",
                                   "repair/service/server"});
}

TEST_CASE("repair: a configuration is taken up by a reload where the suite has one") {
    Node node;
    CHECK(installer::resources::how_to_take_up(node.here, "balancer", false) == TakeUp::reload);
    CHECK(installer::resources::how_to_take_up(node.here, "balancer", true) == TakeUp::restart);
    CHECK(installer::resources::how_to_take_up(node.here, "server", false) == TakeUp::restart);
}

TEST_CASE("repair: cut off before the restart, the restart is still to be done") {
    Node node;
    installer::await_take_up(node.layout(), "server", TakeUp::restart);
    installer::await_take_up(node.layout(), "server", TakeUp::reload); // the stronger one stays
    CHECK(installer::awaited_take_up(node.layout(), "server") == TakeUp::restart);
    CHECK(!installer::awaited_take_up(node.layout(), "balancer"));
    CHECK(ids(installer::repair_plan(node.here, {})) == std::vector<std::string>{"take-up/server"});
    installer::taken_up(node.layout(), "server");
    CHECK(installer::repair_plan(node.here, {}).steps.empty());
}

TEST_CASE("repair: what does not heal is an error, not a success") {
    Node node;
    const std::vector<Resource> resources{resource("files/server", "", false)};
    const engine::Plan plan = installer::repair_plan(node.here, installer::verify(resources));
    engine::SilentReporter silent;
    const platform::Lock lock = installer::lock_for_repair(node.layout());
    const engine::Error error =
        error_of([&] { installer::repair(lock, node.here, plan, {}, silent); });
    CHECK(contains(error.what(), "still: damage; expected none"));
}

TEST_CASE("repair: one at a time on a host, from the first look on") {
    Node node;
    const platform::Lock lock = installer::lock_for_repair(node.layout());
    CHECK(error_of([&] { installer::lock_for_repair(node.layout()); }).kind() ==
          engine::Kind::busy);
}

TEST_CASE("repair: refused while an upgrade is open") {
    Node node;
    installer::require_repairable(node.here);
    node.here.cluster.open = installer::OpenOperation{"upgrade-1", "upgrade", "paused"};
    const engine::Error error = error_of([&] { installer::require_repairable(node.here); });
    CHECK(error.kind() == engine::Kind::busy);
    CHECK(contains(error.what(), "upgrade-1"));
}

TEST_CASE("repair: a node learns of the open operation from its registry") {
    Node node;
    CHECK(node.here.cluster.why_not == "");
    CHECK(node.here.cluster.registry);
    CHECK(!node.here.cluster.open);
    CHECK(node.here.cluster.servers.size() == 1);
}
