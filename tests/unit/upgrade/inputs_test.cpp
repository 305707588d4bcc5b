#include "tests/support/site.hpp"
#include "tests/unit/upgrade/facts.hpp"
#include "upgrade/course.hpp"
#include "upgrade/verdict.hpp"

using namespace locum;
using namespace locum::testing;
using upgrade::Inputs;
using upgrade::UpgradeMode;

TEST_CASE("inputs: what another process needs comes back as it was") {
    for (const Inputs& inputs :
         {Inputs{UpgradeMode::rolling,
                 false,
                 "1.0",
                 "2.0",
                 std::string(64, 'a'),
                 {"node-2", "node-1"}},
          Inputs{UpgradeMode::in_place, false, "1.0", "1.1", "", {}, "1", {"node-3", "node-1"}},
          Inputs{UpgradeMode::short_downtime, true, "1.0", "1.1", "", {}}}) {
        const std::string text = upgrade::to_json(inputs);
        const Inputs again = upgrade::inputs_from_json(text);
        CHECK(again.mode == inputs.mode);
        CHECK(again.host_by_host == inputs.host_by_host);
        CHECK(again.from == inputs.from);
        CHECK(again.to == inputs.to);
        CHECK(again.manifest == inputs.manifest);
        CHECK(again.servers == inputs.servers);
        CHECK(again.schema == inputs.schema);
        CHECK(again.agents == inputs.agents);
        CHECK(upgrade::to_json(again) == text); // its hash is compared
    }
}

TEST_CASE("inputs: of a hop, with the bundle that it comes from") {
    Inputs inputs{UpgradeMode::rolling, false, "1.0", "1.5", "a", {"node-1"}, "1"};
    CHECK(upgrade::to_json(inputs).find("carrier") == std::string::npos);
    CHECK(!inputs.on_the_way());
    for (const auto mode : {std::optional<UpgradeMode>{}, std::optional(UpgradeMode::in_place)}) {
        inputs.carrier = {"/srv/2.0.bundle", "b", "2.0", mode, {"disk"}};
        CHECK(inputs.on_the_way());
        const std::string text = upgrade::to_json(inputs);
        const Inputs again = upgrade::inputs_from_json(text);
        REQUIRE(again.carrier);
        CHECK(again.carrier->file == "/srv/2.0.bundle");
        CHECK(again.carrier->version == "2.0");
        CHECK(again.carrier->mode == mode);
        CHECK(again.carrier->ignored == std::vector<std::string>{"disk"});
        CHECK(again.on_the_way());
        CHECK(upgrade::to_json(again) == text);
    }
    inputs.manifest = "b"; // the last one
    CHECK(!inputs.on_the_way());
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

namespace {

installer::AgentProgram locum_of(const std::string& version,
                                 const std::string& system = "linux-x86_64") {
    installer::AgentProgram program;
    program.version = version;
    program.system = system;
    return program;
}

} // namespace

TEST_CASE("order: agents that are older than the program that the bundle brings for them") {
    upgrade::ClusterFacts facts = three_nodes();
    suite::Manifest to = small_manifest("2.0");
    facts.nodes[0].facts->program = locum_of("0.1.0");
    facts.nodes[1].facts->program = locum_of("0.2.0");
    facts.nodes[2].facts->program = locum_of("0.1.9");
    CHECK(upgrade::older_agents(facts, to).empty()); // it brings none
    to.program = suite::Program{engine::Version::parse("0.2"), {{"linux-x86_64", "bin/locum"}}};
    CHECK(upgrade::older_agents(facts, to) == std::vector<std::string>{"node-1", "node-3"});
    // In the order of the nodes; one that has left meanwhile is none any more.
    CHECK(upgrade::order_of(facts, to, {}, {"node-3", "gone", "node-1"}).agents ==
          std::vector<std::string>{"node-1", "node-3"});
    // Of another system, or of before agents told what they are.
    facts.nodes[0].facts->program = locum_of("0.1.0", "linux-aarch64");
    facts.nodes[2].facts->program.reset();
    CHECK(upgrade::older_agents(facts, to).empty());
    CHECK(upgrade::all_agents(facts, to) == std::vector<std::string>{"node-2"});
    // Who is silent may have been exchanged.
    facts.nodes[2].facts.reset();
    CHECK(upgrade::all_agents(facts, to) == std::vector<std::string>{"node-2", "node-3"});
}

TEST_CASE("preflight: an agent that is too old for a bundle that brings none for it") {
    upgrade::ClusterFacts facts = three_nodes();
    suite::Manifest to = small_manifest("2.0");
    to.locum = engine::Version::parse("0.2");
    facts.nodes[0].facts->program = locum_of("0.1.0");
    facts.nodes[1].facts->program = locum_of("0.2.1");
    const auto found = [&] {
        std::string all;
        for (const engine::Finding& finding :
             upgrade::preflight(to, facts, UpgradeMode::short_downtime))
            if (finding.name == "agent-version") {
                CHECK(finding.severity == engine::Severity::error);
                CHECK(!finding.may_be_ignored);
                CHECK(contains(finding.remedy, "agent start"));
                all += finding.found + "; ";
            }
        return all;
    };
    const std::string third = "the agent of node-3 is Locum 0.1 or older; ";
    CHECK(found() == "the agent of node-1 is Locum 0.1.0; " + third);
    to.program = suite::Program{engine::Version::parse("0.2"), {{"linux-x86_64", "bin/locum"}}};
    CHECK(found() == third); // it cannot be told to run from it
    facts.nodes[0].facts->program->system = "linux-aarch64";
    CHECK(found() == "the agent of node-1 is Locum 0.1.0; " + third);
    to.locum = engine::Version::parse("0.1");
    CHECK(found().empty());
}

TEST_CASE("preflight: a node of a system that the new version has no payload for") {
    upgrade::ClusterFacts facts = three_nodes();
    facts.nodes[0].facts->program = locum_of("0.1.0");
    facts.nodes[1].facts->program = locum_of("0.1.0", "windows-x86_64");
    facts.nodes[2].facts->program.reset(); // of before there were others: as the coordinator
    const auto found = [&](const suite::Manifest& to) {
        std::string all;
        for (const engine::Finding& finding :
             upgrade::preflight(to, facts, UpgradeMode::short_downtime))
            if (finding.name == "component-system") {
                CHECK_FALSE(finding.may_be_ignored);
                all += finding.found + "; expected " + finding.expected + "\n";
            }
        return all;
    };
    const std::string two = "; expected one for each system that it runs on; it has: linux\n";
    CHECK(found(small_manifest("2.0")) == "");
    facts.nodes[0].row.components = {"server", "balancer"};
    facts.nodes[1].row.components = {"server"};
    facts.nodes[2].row.components = {"server", "balancer"};
    CHECK(found(mixed_manifest("linux-x86_64", "2.0")) == "");
    facts.nodes[1].row.components = {"server", "balancer"};
    CHECK(found(mixed_manifest("linux-x86_64", "2.0")) ==
          "node-2: no payload of balancer for windows-x86_64 in version 2.0" + two);
    facts.nodes[2].row.components = {"server"};
    CHECK(found(mixed_manifest("windows-x86_64", "2.0")) == // whoever looks
          "node-2: no payload of balancer for windows-x86_64 in version 2.0" + two);
}

TEST_CASE("a node's services are those of its own system, whoever looks") {
    installer::NodeFacts facts;
    facts.program = locum_of("0.1.0", "windows-x86_64");
    facts.services["winserver"] = {"running", "2.0", 1, "", "server"};
    for (const char* system : {"linux-x86_64", "windows-x86_64"}) {
        const suite::Manifest to = mixed_manifest(system, "2.0");
        const std::vector<std::string> names = installer::services_on(facts, to, "server");
        CHECK(names == std::vector<std::string>{"winserver"});
        CHECK(installer::all_run(facts, names, "2.0"));
    }
    facts.program.reset();
    CHECK(installer::services_on(facts, mixed_manifest("linux-x86_64"), "server") ==
          std::vector<std::string>{"server"});
}

TEST_CASE("session: a node without a datasource names where to go") {
    Scratch scratch;
    const engine::Error error = error_of([&] { upgrade::Session({scratch.path(), "small"}); });
    CHECK(error.kind() == engine::Kind::refused);
    CHECK(!error.remedy().empty());
}

TEST_CASE("session: a host that was removed from its cluster acts for it no more") {
    Site site;
    site.run_until("agent/start");
    cluster::Store store(*site.installation().facts.datasource, "small");
    cluster::Registry registry(store);
    cluster::NodeRow other;
    other.name = "node-2";
    other.installation = "of node-2";
    other.roles = {"server"};
    registry.add_node(other);
    CHECK_NOTHROW(upgrade::Session(site.layout()));
    registry.remove_node("node-1");
    const engine::Error error = error_of([&] { upgrade::Session(site.layout()); });
    CHECK(error.kind() == engine::Kind::refused);
    CHECK(contains(error.what(), "this host was removed from its cluster"));
    CHECK(contains(error.remedy(), "locum uninstall --root "));
}

namespace {

using Names = std::vector<std::string>;
using engine::Mark;

// Who comes when, after these records; planned as the three nodes joined.
Names order_after(const std::vector<std::pair<const char*, Mark>>& records,
                  const Names& planned = {"node-1", "node-2", "node-3"}) {
    engine::MemoryJournal journal;
    for (const auto& [step, mark] : records)
        journal.append({"upgrade-1", 1, step, mark, "hash", ""});
    return upgrade::server_order(journal, "upgrade-1", three_nodes(), planned);
}

} // namespace

TEST_CASE("server order: as planned, then the rest of those that are registered") {
    CHECK(order_after({}) == Names{"node-1", "node-2", "node-3"});
    CHECK(order_after({}, {"node-3"}) == Names{"node-3", "node-1", "node-2"});
    CHECK(order_after({}, {"node-2", "removed", "node-1", "node-2"}) ==
          Names{"node-2", "node-1", "node-3"});
}

TEST_CASE("server order: those that have begun come first, as they began") {
    CHECK(order_after({{"stage/node-1", Mark::done},
                       {"node-3/copy", Mark::intent},
                       {"node-3/copy", Mark::done},
                       {"node-2/copy", Mark::intent}}) == Names{"node-3", "node-2", "node-1"});
    // One that was taken back has not begun.
    CHECK(order_after({{"node-3/copy", Mark::intent}, {"node-3/copy", Mark::undone}}) ==
          Names{"node-1", "node-2", "node-3"});
}

TEST_CASE("server order: whoever has begun the last part stays the last") {
    CHECK(order_after({{"node-3/copy", Mark::intent},
                       {"node-2/copy", Mark::intent},
                       {"node-1.last/barrier", Mark::intent}}) ==
          Names{"node-3", "node-2", "node-1"});
    CHECK(order_after({{"node-1.last/barrier", Mark::intent}}) ==
          Names{"node-2", "node-3", "node-1"});
    // Handed over: taken back on the first, begun on the second, which had been updated before.
    CHECK(order_after({{"node-1/copy", Mark::intent},
                       {"node-2/copy", Mark::intent},
                       {"node-3.last/barrier", Mark::intent},
                       {"node-3.last/barrier", Mark::undone},
                       {"node-3/copy", Mark::intent},
                       {"node-2.last/barrier", Mark::intent}}) ==
          Names{"node-1", "node-3", "node-2"});
    // One that is not registered any more is nobody's last.
    CHECK(order_after({{"node-9.last/barrier", Mark::intent}}) ==
          Names{"node-1", "node-2", "node-3"});
}
