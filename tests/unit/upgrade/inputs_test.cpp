#include "tests/unit/upgrade/facts.hpp"
#include "upgrade/session.hpp"

using namespace locum;
using namespace locum::testing;
using upgrade::Inputs;
using upgrade::UpgradeMode;

TEST_CASE("inputs: what another process needs comes back as it was") {
    for (const Inputs& inputs : {Inputs{UpgradeMode::rolling,
                                        false,
                                        "1.0",
                                        "2.0",
                                        std::string(64, 'a'),
                                        {"node-2", "node-1"}},
                                 Inputs{UpgradeMode::short_downtime, true, "1.0", "1.1", "", {}}}) {
        const std::string text = upgrade::to_json(inputs);
        const Inputs again = upgrade::inputs_from_json(text);
        CHECK(again.mode == inputs.mode);
        CHECK(again.host_by_host == inputs.host_by_host);
        CHECK(again.from == inputs.from);
        CHECK(again.to == inputs.to);
        CHECK(again.manifest == inputs.manifest);
        CHECK(again.servers == inputs.servers);
        CHECK(upgrade::to_json(again) == text); // its hash is compared
    }
}

TEST_CASE("order: servers as they are given, balancers and all nodes as they joined") {
    upgrade::ClusterFacts facts = three_nodes();
    facts.nodes.push_back(node("lone", {"balancer"}));
    const upgrade::Order order =
        upgrade::order_of(facts, small_manifest("2.0"), {"node-3", "node-1", "node-2"});
    CHECK(order.servers == std::vector<std::string>{"node-3", "node-1", "node-2"});
    CHECK(order.balancers == std::vector<std::string>{"node-1", "node-2", "lone"});
    CHECK(order.nodes == std::vector<std::string>{"node-1", "node-2", "node-3", "lone"});
    suite::Manifest without = small_manifest("2.0");
    without.balancing.reset();
    CHECK(upgrade::order_of(facts, without, {}).balancers.empty());
}

TEST_CASE("session: a node without a datasource names where to go") {
    Scratch scratch;
    const engine::Error error = error_of([&] { upgrade::Session({scratch.path(), "small"}); });
    CHECK(error.kind() == engine::Kind::refused);
    CHECK(!error.remedy().empty());
}
