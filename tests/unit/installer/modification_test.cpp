// What becomes of a node whose components change, worked out without touching anything.

#include "installer/begun.hpp"
#include "installer/modification.hpp"
#include "tests/support/small_suite.hpp"

using namespace locum;
using namespace locum::installer;
using namespace locum::testing;

namespace {

using Names = std::vector<std::string>;
using Ports = std::map<std::string, std::uint16_t>;

cluster::NodeState node(const Names& components, const Ports& ports) {
    cluster::NodeState state;
    state.suite = "small";
    state.name = "node-1";
    state.installation_id = "i-1";
    state.address = "10.0.0.1";
    state.components = components;
    state.ports = ports;
    state.version = "1.0";
    return state;
}

const cluster::NodeState server = node({"server"}, {{"device", 30001}});

Answers answers() {
    Answers some;
    some.ports = {{"device", 40002}, {"front", 40001}};
    some.services = {{"server", {"somebody", false}}, {"balancer", {"other", true}}};
    some.firewall.rules = {{"front", {Clients::Who::networks, {"10.0.0.0/8"}}},
                           {"device", {Clients::Who::any}}};
    return some;
}

} // namespace

TEST_CASE("modification: ports follow the selection, all else stays") {
    const Modification add = modification(small_manifest(), server, {{"balancer"}, {}}, {});
    CHECK(add.added == Names{"balancer"});
    CHECK(add.kept == Names{"server"});
    CHECK(add.removed.empty());
    CHECK(add.after.ports == Ports{{"device", 30002}, {"front", 30001}});
    CHECK(add.after.name == "node-1");
    CHECK(add.after.installation_id == "i-1");
    CHECK(add.roles_after == Names{"server", "balancer"});
    const std::vector<MovedPort> moved = moved_ports(small_manifest(), add);
    REQUIRE(moved.size() == 1);
    CHECK(moved[0].component == "server");
    CHECK(moved[0].from == 30001);
    CHECK(moved[0].to == 30002);
    const Modification back = modification(small_manifest(), add.after, {{}, {"balancer"}}, {});
    CHECK(back.after.components == server.components);
    CHECK(back.after.ports == server.ports);
    CHECK(in_words(back) == "remove balancer");
}

TEST_CASE("modification: an operator's port stays, and answers count for what is new or moves") {
    const auto own = node({"server"}, {{"device", 50001}});
    CHECK(modification(small_manifest(), own, {{"balancer"}, {}}, {}).after.ports ==
          Ports{{"device", 50001}, {"front", 30001}});
    const Modification told = modification(small_manifest(), server, {{"balancer"}, {}}, answers());
    CHECK(told.after.ports == Ports{{"device", 40002}, {"front", 40001}});
    // The server stays, and so does whom it runs as.
    CHECK(!told.after.services.contains("server"));
    CHECK(told.after.services.at("balancer").account == "other");
    const Modification other = modification(small_manifest(), server, {{"tool"}, {}}, answers());
    CHECK(other.after.ports == server.ports);
}

TEST_CASE("modification: a port without a number on this node gets none by the way") {
    const auto older = node({"server", "balancer"}, {{"device", 30002}});
    CHECK(modification(small_manifest(), older, {{"tool"}, {}}, {}).after.ports == older.ports);
}

TEST_CASE("modification: what is gained and lost") {
    const Modification gains = modification(
        small_manifest(), node({"balancer"}, {{"front", 30001}}), {{"server"}, {}}, {});
    CHECK(gains.gains_server());
    CHECK(!gains.loses_server());
    CHECK(gains.after.components == Names{"balancer", "server"});
    CHECK(modification(small_manifest(), gains.after, {{}, {"server"}}, {}).loses_server());
    const Modification none = modification(small_manifest(), server, {{"server"}, {"tool"}}, {});
    CHECK(none.added.empty());
    CHECK(none.removed.empty());
    CHECK_THROWS_AS(modification(small_manifest(), server, {{"tool"}, {"tool"}}, {}),
                    engine::Error);
}

TEST_CASE("modification: what comes with a component does not go alone") {
    suite::Manifest manifest = small_manifest();
    for (suite::Component& component : manifest.components)
        if (component.name == "tool")
            component.with = "server";
    const auto both = node({"server", "tool", "balancer"}, {{"device", 30002}});
    const engine::Error refused = error_of([&] {
        modification(manifest, both, {{}, {"tool"}}, {});
    });
    CHECK(refused.kind() == engine::Kind::refused);
    CHECK(refused.one_line() == "tool comes with server");
    CHECK(refused.remedy() == "--remove server takes it along");
    CHECK(modification(manifest, both, {{}, {"server", "tool"}}, {}).after.components ==
          Names{"balancer"});
}

TEST_CASE("modification: a port that is there has the same clients afterwards") {
    const std::vector<PortRule> before = {
        {"agent", {platform::Protocol::tcp}, 61616, {Clients::Who::peers}},
        {"device", {platform::Protocol::tcp}, 30001, {Clients::Who::networks, {"192.0.2.0/24"}}}};
    const Modification add = modification(small_manifest(), server, {{"balancer"}, {}}, {});
    const auto rule = [](const std::vector<PortRule>& rules, const std::string& name) {
        for (const PortRule& one : rules)
            if (one.name == name)
                return one;
        return PortRule{};
    };
    const auto after = rules_after(small_manifest(), add, before, answers().firewall.rules);
    CHECK(rule(after, "agent").from == before[0].from);
    CHECK(rule(after, "device").from == before[1].from);
    CHECK(rule(after, "device").port == 30002);
    CHECK(rule(after, "front").from.networks == Names{"10.0.0.0/8"});
    // What a run that was cut off has written gives the same again.
    CHECK(rules_after(small_manifest(), add, after, answers().firewall.rules) == after);
    // A port that the operator closed stays closed.
    const auto closed = rules_after(small_manifest(), add, {before[0]}, {});
    CHECK(rule(closed, "device").name.empty());
    CHECK(rule(closed, "front").port == 30001);
}

TEST_CASE("modification: without any rule before, what is added is opened as the answers say") {
    const Modification add = modification(small_manifest(), server, {{"balancer"}, {}}, answers());
    const auto after = rules_after(small_manifest(), add, {}, answers().firewall.rules);
    REQUIRE(after.size() == 1);
    CHECK(after[0].name == "front");
    CHECK(after[0].from.networks == Names{"10.0.0.0/8"});
}

TEST_CASE("modification: what the answers say of the firewall, and is not done, is told") {
    const Modification add = modification(small_manifest(), server, {{"balancer"}, {}}, answers());
    const auto told = [&](const FirewallRecord& record, const FirewallAnswer& answer) {
        Names lines;
        for (const engine::Finding& finding : unused_firewall_answers(add, record, answer)) {
            CHECK(finding.severity == engine::Severity::warning);
            lines.push_back(finding.found);
        }
        return lines;
    };
    const PortRule device{"device", {platform::Protocol::tcp}, 30001, {Clients::Who::peers}};
    FirewallRecord managed;
    managed.rules = {device};
    FirewallRecord alone;
    alone.manage = false;
    CHECK(told(managed, {}).empty());
    CHECK(told(alone, {}).empty());
    CHECK(told(alone, {.manage = false}).empty());
    CHECK(told(managed, {.rules = {{"front", {Clients::Who::any}}}}).empty());
    CHECK(told(managed, {.rules = {{"device", {Clients::Who::peers}}}}).empty());
    CHECK(told(managed, {.rules = {{"agent", {Clients::Who::nobody}}}}).empty());
    CHECK(told(managed,
               {.rules = {{"agent", {Clients::Who::any}}, {"device", {Clients::Who::any}}}}) ==
          Names{"agent = \"any\" in [firewall.rules]", "device = \"any\" in [firewall.rules]"});
    CHECK(told(managed, {.manage = false}) == Names{"manage = false in [firewall]"});
    CHECK(told(alone, {.rules = {{"front", {Clients::Who::any}}}}) ==
          Names{"front = \"any\" in [firewall.rules]"});
}

TEST_CASE("modification: its inputs are told by what differs") {
    Begun begun;
    begun.what = Begun::What::modification;
    begun.change = {{"balancer"}, {}, "{}", false};
    Begun now = begun;
    CHECK(begun.input_hash() == now.input_hash());
    now.change.add = {"tool"};
    CHECK(begun.input_hash() != now.input_hash());
    CHECK(differences(begun, now) == Names{"--add: begun with balancer, now tool"});
}
