// Who may connect to a node's ports, by manifest, answers and members, and how the host's firewall
// is made to follow.

#include "installer/firewall_change.hpp"
#include "installer/firewall_keeper.hpp"
#include "installer/steps/firewall.hpp"
#include "platform/host.hpp"
#include "platform/program.hpp"
#include "tests/support/fake_firewall.hpp"
#include "tests/support/site.hpp"
#include "tests/support/step_contract.hpp"

#include <future>

using namespace locum;
using namespace locum::installer;
using namespace locum::testing;
using platform::FirewallRule;
using platform::FirewallRules;
using platform::Protocol;

namespace {

const std::string owner = "locum:small";

FindFirewall found(FakeFirewall& fake) {
    return [&fake] { return fake.find(owner); };
}

suite::Manifest manifest() {
    suite::Manifest manifest;
    manifest.ports = {{"front", "balancer", {{"", 443}}, true, true, suite::Clients::any},
                      {"device", "server", {{"", 8443}}, true, false, suite::Clients::peers},
                      {"debug", "server", {{"", 9000}}, true, false, suite::Clients::host},
                      {"elsewhere", "console", {{"", 9001}}, true, false, suite::Clients::any}};
    return manifest;
}

const std::map<std::string, std::uint16_t> ports = {
    {"front", 443}, {"device", 8443}, {"debug", 9000}};

std::vector<std::string> words(const FirewallAnswer& answer) {
    std::vector<std::string> all;
    for (const PortRule& rule : port_rules(manifest(), ports, 61616, answer))
        all.push_back(in_words(rule));
    return all;
}

const PortRule agent_rule{"agent", {Protocol::tcp}, 61616, {Clients::Who::any}};
const PortRule device{"device", {Protocol::tcp}, 8443, {Clients::Who::peers}};
const Member one{"node-1", "198.51.100.11", 61616, true};
const Member two{"node-2", "2001:db8::12", 61616, false};
const Member lost{"node-3", "no-such-host.invalid", 61616, false};

FirewallRule from(const std::string& address) {
    return {"device", Protocol::tcp, 8443, address};
}

cluster::NodeRow row(const std::string& name, const std::string& address) {
    cluster::NodeRow row;
    row.name = name;
    row.installation = name;
    row.address = address;
    row.agent_port = 61616;
    row.roles = {"server"};
    return row;
}

} // namespace

TEST_CASE("firewall rules: as the vendor says") {
    CHECK(words({}) == std::vector<std::string>{"TCP 61616 (agent) from anybody",
                                                "TCP and UDP 443 (front) from anybody",
                                                "TCP 8443 (device) from the cluster's nodes"});
}

TEST_CASE("firewall rules: as the operator says instead") {
    FirewallAnswer answer;
    answer.rules["agent"] = {Clients::Who::peers};
    answer.rules["front"] = {Clients::Who::nobody};
    answer.rules["debug"] = {Clients::Who::networks, {"10.0.0.0/8", "2001:db8::7"}};
    CHECK(words(answer) ==
          std::vector<std::string>{"TCP 61616 (agent) from the cluster's nodes",
                                   "TCP 8443 (device) from the cluster's nodes",
                                   "TCP 9000 (debug) from 10.0.0.0/8, 2001:db8::7"});
    answer.manage = false;
    CHECK(words(answer).empty());
}

TEST_CASE("firewall rules: one for a port that the suite has not is a finding") {
    FirewallAnswer answer;
    answer.rules["agent"] = {Clients::Who::any};
    answer.rules["elsewhere"] = {Clients::Who::any}; // of a component of other hosts
    CHECK(firewall_findings(answer, manifest()).empty());
    answer.rules["frnot"] = {Clients::Who::any};
    const auto findings = firewall_findings(answer, manifest());
    REQUIRE(findings.size() == 1);
    CHECK(to_line(findings[0]) ==
          "firewall-rule: found a firewall rule for 'frnot'; expected one of agent, front, device, "
          "debug, elsewhere; correct [firewall.rules] in the answers");
}

TEST_CASE("firewall rules: members are addresses, one without is told") {
    std::vector<std::string> unknown;
    CHECK(resolved({agent_rule, device}, {one, two, lost}, &unknown) ==
          FirewallRules{
              {"agent", Protocol::tcp, 61616, ""}, from("198.51.100.11"), from("2001:db8::12")});
    REQUIRE(unknown.size() == 1);
    CHECK(contains(unknown[0], "node-3: "));
}

TEST_CASE("firewall record: kept as it was, for its owner only") {
    const Scratch folder;
    const cluster::Layout layout{folder.path(), "small"};
    platform::make_folders(layout.state(), 0700);
    CHECK(!load_firewall(layout));
    const FirewallRecord record{
        {agent_rule, device, {"x", {Protocol::udp}, 1, {Clients::Who::networks, {"10.0.0.0/8"}}}},
        {one, two},
        "ufw"};
    store_firewall(layout, record);
    CHECK(load_firewall(layout) == record);
    CHECK(platform::has_mode(permissions(layout.state_file("firewall.json")), 0600));
    CHECK(members_from_json(to_json({one, two})) == std::vector<Member>{one, two});
    platform::write_file(layout.state_file("firewall.json"), "{", 0600);
    CHECK_THROWS_AS(load_firewall(layout), engine::Error);
}

TEST_CASE("firewall record: no rule is another thing than a firewall that is left alone") {
    const Scratch folder;
    const cluster::Layout layout{folder.path(), "small"};
    platform::make_folders(layout.state(), 0700);
    for (const bool manage : {true, false}) {
        FirewallRecord record;
        record.manage = manage;
        store_firewall(layout, record);
        CHECK(load_firewall(layout)->manage == manage);
    }
    // Of a Locum that did not write it: without rules it was mostly told to leave it alone.
    platform::write_file(layout.state_file("firewall.json"),
                         R"({"rules": [], "members": [], "set-on": ""})", 0600);
    CHECK(!load_firewall(layout)->manage);
    platform::write_file(layout.state_file("firewall.json"),
                         R"({"rules": [{"name": "agent", "protocols": ["tcp"], "port": 1,
                             "from": "any"}], "members": [], "set-on": ""})",
                         0600);
    CHECK(load_firewall(layout)->manage);
}

TEST_CASE("firewall: set, compared, and nothing taken away while a name cannot be looked up") {
    const Scratch folder;
    const cluster::Layout layout{folder.path(), "small"};
    platform::make_folders(layout.state(), 0700);
    FakeFirewall fake;
    FirewallRecord record{{device}, {one, two}, ""};
    apply_firewall(layout, record, found(fake));
    CHECK(fake.rules[owner] == FirewallRules{from("198.51.100.11"), from("2001:db8::12")});
    CHECK(load_firewall(layout)->set_on == "fake");
    CHECK(firewall_drift(layout, found(fake)).empty());

    record = {{device}, {one, lost}, "fake"};
    apply_firewall(layout, record, found(fake));
    CHECK(fake.rules[owner] == FirewallRules{from("198.51.100.11"), from("2001:db8::12")});
    record.members = {one};
    apply_firewall(layout, record, found(fake));
    CHECK(fake.rules[owner] == FirewallRules{from("198.51.100.11")});
}

TEST_CASE("firewall drift: what is missing, what is too much, another firewall") {
    const Scratch folder;
    const cluster::Layout layout{folder.path(), "small"};
    platform::make_folders(layout.state(), 0700);
    FakeFirewall fake;
    CHECK(firewall_drift(layout, found(fake)).empty()); // no record: no matter of ours
    store_firewall(layout, {{device}, {one}, "fake"});
    fake.rules[owner] = {from("203.0.113.9")};
    auto findings = firewall_drift(layout, found(fake));
    REQUIRE(findings.size() == 2);
    CHECK(findings[0].name == "firewall");
    CHECK(findings[0].found == "fake has no rule for TCP 8443 (device) from 198.51.100.11");
    CHECK(findings[1].name == "firewall");
    CHECK(findings[1].found ==
          "fake lets in TCP 8443 (device) from 203.0.113.9 by a rule of Locum's");

    fake.rules[owner] = {from("198.51.100.11")};
    fake.name = "another";
    findings = firewall_drift(layout, found(fake));
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].name == "firewall");
    CHECK(findings[0].found == "another is in force");
    fake.in_force = false;
    findings = firewall_drift(layout, found(fake));
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].found == "no firewall is in force");
    store_firewall(layout, {{device}, {one}, ""});
    CHECK(firewall_drift(layout, found(fake)).empty());

    // Where no port is open a rule of ours is too much; where it is left alone nothing is.
    fake.in_force = true;
    store_firewall(layout, {{}, {one}, "another"});
    CHECK(firewall_drift(layout, found(fake)).size() == 1);
    store_firewall(layout, {{}, {}, "", false});
    CHECK(firewall_drift(layout, found(fake)).empty());
}

TEST_CASE("firewall/rules keeps the contract") {
    Site site;
    site.run_until("agent/start");
    CHECK(broken_promises({[&] { return steps::keep_firewall_rules(site.installation()); },
                           [&] { return site.world(); }}) == "");
}

TEST_CASE("firewall/rules keeps that no port is open, or that the firewall is left alone") {
    Site site;
    site.run_until("agent/start");
    FirewallAnswer& answer = site.installation().answers.firewall;
    answer.rules = {{"agent", {Clients::Who::nobody}},
                    {"device", {Clients::Who::nobody}},
                    {"front", {Clients::Who::nobody}},
                    {"debug", {Clients::Who::nobody}}};
    engine::SilentReporter silent;
    const auto kept = [&] {
        const engine::Step step = steps::keep_firewall_rules(site.installation());
        CHECK(!step.probe());
        step.apply(silent);
        CHECK(step.probe());
        return load_firewall(site.layout()).value();
    };
    const FirewallRecord closed = kept();
    CHECK(closed.manage);
    CHECK(closed.rules.empty());
    CHECK(closed.members.size() == 1); // whom a rule that is added later is for
    answer = {.manage = false};
    CHECK(!kept().manage);
}

TEST_CASE("firewall/PORT keeps the contract, beside other rules of ours") {
    Site site;
    site.run_until("agent/start");
    FakeFirewall fake;
    fake.rules[owner] = {{"agent", Protocol::tcp, 61999, ""}};
    store_firewall(site.layout(), {{device}, {one, two}, "fake"});
    CHECK(broken_promises({[&] { return steps::admit(site.installation(), device, found(fake)); },
                           [&] {
                               std::string text;
                               for (const FirewallRule& rule : fake.rules[owner])
                                   text += in_words(rule) + "\n";
                               return text;
                           }}) == "");
    CHECK(fake.rules[owner].size() == 1);
}

TEST_CASE("firewall/PORT: where no firewall is in force it is so already, and the plan says it") {
    Site site;
    FakeFirewall fake;
    fake.in_force = false;
    site.installation().facts.firewall = "";
    engine::Step step = steps::admit(site.installation(), device, found(fake));
    CHECK(step.says == "no firewall is in force: nothing to do for TCP 8443 (device) from the "
                       "cluster's nodes");
    CHECK(step.probe());
    site.installation().facts.firewall = "ufw";
    step = steps::admit(site.installation(), device, found(fake));
    CHECK(step.says == "let ufw admit TCP 8443 (device) from the cluster's nodes");
}

TEST_CASE("firewall keeper: sets at its start what the firewall forgot, then follows members") {
    Site site;
    site.run_until("agent/start");
    FakeFirewall fake;
    const cluster::AgentTask task = keep_firewall(site.layout(), found(fake));
    task.run();
    CHECK(fake.rules[owner].empty()); // nothing was ever wanted
    fake.rules[owner] = {from("203.0.113.9")};
    store_firewall(site.layout(), {{}, {}, "", false});
    task.run();
    CHECK(fake.rules[owner] == FirewallRules{from("203.0.113.9")}); // it is left alone
    store_firewall(site.layout(), {{}, {}, "fake"});
    task.run();
    CHECK(fake.rules[owner].empty()); // no port is open

    store_firewall(site.layout(), {{device}, {}, "fake"});
    const cluster::AgentTask again = keep_firewall(site.layout(), found(fake));
    again.run();
    CHECK(fake.rules[owner] == FirewallRules{from("127.0.0.1")});

    const auto settings = cluster::load_datasource(site.layout()).value();
    cluster::Store store(settings, "small");
    cluster::Registry(store).add_node(row("node-2", "198.51.100.12"));
    again.run();
    CHECK(fake.rules[owner] == FirewallRules{from("127.0.0.1"), from("198.51.100.12")});
    CHECK(load_firewall(site.layout())->members.size() == 2);

    // What an administrator takes away meanwhile is drift, and not put back behind his back.
    fake.rules[owner].clear();
    again.run();
    CHECK(fake.rules[owner].empty());
    cluster::Registry(store).remove_node("node-2");
    again.run();
    CHECK(fake.rules[owner] == FirewallRules{from("127.0.0.1")});

    // A node that was removed does not take its peers' rules from what it cannot know.
    cluster::Registry(store).remove_node("node-1");
    again.run();
    CHECK(fake.rules[owner] == FirewallRules{from("127.0.0.1")});
}

TEST_CASE("firewall keeper: without the registry those that are kept are let in, and it says so") {
    Site site;
    site.run_until("agent/start");
    FakeFirewall fake;
    store_firewall(site.layout(), {{device}, {one, two}, "fake"});
    platform::remove_all(cluster::registry_file(cluster::load_datasource(site.layout()).value()));
    const cluster::AgentTask task = keep_firewall(site.layout(), found(fake));
    CHECK_THROWS_AS(task.run(), engine::Error);
    CHECK(fake.rules[owner] == FirewallRules{from("198.51.100.11"), from("2001:db8::12")});
}

TEST_CASE("firewall keeper: rules that a command changes while it works stay") {
    Site site;
    site.run_until("agent/start");
    FakeFirewall fake;
    store_firewall(site.layout(), {{device}, {one, two}, "fake"});
    std::future<void> command;
    const FindFirewall slow = [&] {
        std::optional<platform::Firewall> firewall = fake.find(owner);
        firewall->set = [&, set = firewall->set](const FirewallRules& rules) {
            set(rules);
            command = std::async(std::launch::async, [&] {
                change_firewall(site.layout(), found(fake),
                                [](FirewallRecord& record) { record.rules.clear(); });
            });
            // It is done by now, or waits for what goes on here.
            command.wait_for(std::chrono::seconds(1));
        };
        return firewall;
    };
    keep_firewall(site.layout(), slow).run();
    command.get();
    CHECK(load_firewall(site.layout())->rules.empty());
    CHECK(fake.rules[owner].empty());
}

TEST_CASE("firewall record: whose services listen at a port is kept") {
    const Scratch folder;
    const cluster::Layout layout{folder.path(), "small"};
    platform::make_folders(layout.state(), 0700);
    FirewallAnswer answer;
    store_firewall(layout, {port_rules(manifest(), ports, 61616, answer), {one}, ""});
    const std::vector<PortRule> rules = load_firewall(layout)->rules;
    REQUIRE(rules.size() == 3);
    CHECK(rules[0].component == "");
    CHECK(rules[1].component == "balancer");
    CHECK(rules[2].component == "server");
    // An older Locum's record has no components: that is no other rule.
    PortRule older = rules[2];
    older.component = "";
    CHECK(older == rules[2]);
    older.port = 1;
    CHECK(!(older == rules[2]));
}

TEST_CASE("firewall: one that is left alone is not asked when the node is removed") {
    const Scratch folder;
    const cluster::Layout layout{folder.path(), "small"};
    platform::make_folders(layout.state(), 0700);
    store_firewall(layout, {{}, {}, "", false});
    remove_firewall(layout);
    CHECK(!load_firewall(layout));
}

TEST_CASE(
    "firewall: the owners of a port are the programs of its component in every version here") {
    Site site({"server"});
    site.run_until("agent/start");
    const cluster::Layout& layout = site.layout();
    // On Linux the shell, which runs the suite's scripts.
    const std::string program = platform::executable_of(layout.component("1.0", "server") + "/run");
    CHECK(port_owners(layout, {"device", {Protocol::tcp}, 8443, {}, "server"}) ==
          platform::PortOwners{{"", program}});
    // Of a component that is not here, and of an older Locum's record: whoever listens.
    CHECK(port_owners(layout, {"front", {Protocol::tcp}, 443, {}, "balancer"}).empty());
    CHECK(port_owners(layout, {"device", {Protocol::tcp}, 8443, {}}).empty());
    CHECK(port_owners(layout, agent_rule) == platform::PortOwners{{"", platform::this_program()}});
    // One whose program cannot be told leaves the port to whoever listens.
    platform::remove_all(layout.component("1.0", "server") + "/run");
    CHECK(port_owners(layout, {"device", {Protocol::tcp}, 8443, {}, "server"}).empty());
}
