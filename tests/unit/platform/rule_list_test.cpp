// Rules in a list for programs, services and kinds of networks, as the Windows Firewall has them:
// what is added to it and taken out of it.

#include "platform/rule_list.hpp"
#include "tests/support/firewall_contract.hpp"
#include "tests/support/scratch.hpp"

#include <algorithm>
#include <fmt/format.h>

using namespace locum;
using namespace locum::platform;
using testing::contains;
using testing::error_of;

namespace {

const std::string owner = "locum:small";
const FirewallRule front{"front", Protocol::tcp, 443, ""};
const FirewallRule device{"device", Protocol::tcp, 8443, "198.51.100.12"};

FirewallRule by(FirewallRule rule, const PortOwners& owners) {
    rule.by = owners;
    return rule;
}

// The list in memory; what is changed is written down. A rule is removed by its name, as Windows
// does: one at a time.
struct FakeList {
    std::vector<ListedRule> rules;
    std::vector<ProfileState> states{{domain_profile}, {private_profile, true}, {public_profile}};
    LocalRules local = LocalRules::count;
    bool forgets = false;
    std::vector<std::string> calls;

    RuleList list() {
        return {[this](const std::string&) { return rules; },
                [this](const ListedRule& rule) {
                    calls.push_back("add " + rule.name);
                    if (!forgets)
                        rules.push_back(rule);
                },
                [this](const std::string& name) {
                    calls.push_back("remove " + name);
                    const auto found =
                        std::find_if(rules.begin(), rules.end(),
                                     [&](const ListedRule& rule) { return rule.name == name; });
                    if (found != rules.end())
                        rules.erase(found);
                },
                [this] { return states; }, [this] { return local; }};
    }
    Firewall of(const std::string& who = owner) {
        return firewall_of("Windows Firewall", who, list()).value();
    }
    std::vector<std::string> set(const FirewallRules& wanted) {
        calls.clear();
        of().set(wanted);
        return calls;
    }
    std::string told(const FirewallRules& rules_) {
        std::string text;
        for (const engine::Finding& finding : of().hindrances(rules_))
            text += engine::to_line(finding) + "\n";
        return text;
    }
};

using Calls = std::vector<std::string>;

} // namespace

TEST_CASE("rule list: keeps the contract of firewalls") {
    FakeList fake;
    fake.rules.push_back({"Remote Desktop", "@FirewallAPI.dll,-28752"});
    testing::keeps_firewall_contract({[&](const std::string& who) { return fake.of(who); },
                                      [&] {
                                          std::string text;
                                          for (const ListedRule& rule : fake.rules)
                                              if (!rule.group.starts_with("locum:"))
                                                  text += rule.name + "\n";
                                          return text;
                                      }});
}

TEST_CASE("rule list: a rule says what it is, for whom and where") {
    const std::vector<ListedRule> open = listed(front, owner);
    REQUIRE(open.size() == 1);
    CHECK(open[0].name == "locum:small front: TCP 443 from anybody");
    CHECK(open[0].group == owner);
    CHECK(open[0].ports == "443");
    CHECK(open[0].tcp);
    CHECK(open[0].profiles == (domain_profile | private_profile));
    CHECK(contains(open[0].description, "port front of small"));

    const std::vector<ListedRule> named = listed(
        by(device, {{"small-server", "C:/s/run.exe"}, {"", "C:/s/versions/2.0/server/run.exe"}}),
        owner);
    REQUIRE(named.size() == 2);
    CHECK(named[0].name == "locum:small device: TCP 8443 from 198.51.100.12, service small-server");
    CHECK(named[0].service == "small-server");
    CHECK(named[0].program == "");
    CHECK(named[0].profiles == all_profiles);
    CHECK(named[1].program == "C:/s/versions/2.0/server/run.exe");
    CHECK(named[1].service == "");
    CHECK(contains(named[1].name, ", program C:/s/versions/2.0/server/run.exe"));
}

TEST_CASE("rule list: addresses mean what they meant, however they are spelled in the list") {
    CHECK(listed_source("*") == "");
    CHECK(listed_source("") == "");
    CHECK(listed_source("10.0.0.0/255.0.0.0") == "10.0.0.0/8");
    CHECK(listed_source("198.51.100.12/255.255.255.255") == "198.51.100.12");
    CHECK(listed_source("198.51.100.12") == "198.51.100.12");
    CHECK(listed_source("198.51.100.12-198.51.100.12") == "198.51.100.12");
    CHECK(listed_source("2001:DB8:7::/48") == "2001:db8:7::/48");
    CHECK(listed_source("2001:db8::12-2001:db8::12") == "2001:db8::12");
    CHECK(listed_source("192.0.2.128/255.255.255.128") == "192.0.2.128/25");
    // None of ours: whatever it is, it is none of the wanted ones.
    for (const std::string text :
         {"LocalSubnet", "10.0.0.1-10.0.0.9", "10.0.0.0/255.0.255.0", "10.0.0.0/255.0.0",
          "10.0.0.0/255.0.0.0.0", "10.0.0.0/255.0.0.300", "10.0.0.0/255.0.0.0,192.0.2.1",
          "0.0.0.0/0.0.0.0", "10.1.0.0/255.0.0.0"})
        CHECK_MESSAGE(listed_source(text) == text, text);
}

TEST_CASE("rule list: only what differs is changed, and what lets in comes first") {
    FakeList fake;
    CHECK(fake.set({front}) == Calls{"add locum:small front: TCP 443 from anybody"});
    CHECK(fake.set({front}).empty());
    CHECK(fake.set({device}) == Calls{"add locum:small device: TCP 8443 from 198.51.100.12",
                                      "remove locum:small front: TCP 443 from anybody"});
}

TEST_CASE("rule list: the program of a new version is let in before the old one's is taken away") {
    const PortOwner one{"", "C:/s/versions/1.0/server/run.exe"};
    const PortOwner two{"", "C:/s/versions/2.0/server/run.exe"};
    FakeList fake;
    fake.set({by(device, {one})});
    CHECK(fake.of().compare({by(device, {one, two})}).missing == FirewallRules{device});
    fake.set({by(device, {one, two})});
    CHECK(fake.rules.size() == 2);
    const FirewallDifference found = fake.of().compare({by(device, {two})});
    CHECK(found.missing.empty());
    REQUIRE(found.surplus.size() == 1);
    CHECK(found.surplus.begin()->by == PortOwners{one});
    // What is read back can be set again, for all who listen.
    const FirewallRules ours = fake.of().compare({}).surplus;
    CHECK(ours.begin()->by == PortOwners{one, two});
    CHECK(ours.begin()->name == "device");
    CHECK(fake.set(ours).empty());
    // Windows tells no difference between cases.
    fake.rules[0].program = "c:/S/versions/1.0/server/RUN.EXE";
    CHECK(fake.set(ours).empty());
}

TEST_CASE("rule list: what somebody changed in one of ours is put right") {
    FakeList fake;
    fake.set({front, device});
    const std::string name = fake.rules[0].name;
    SUBCASE("it is disabled, or blocks, or is narrowed") {
        fake.rules[0].plain = false;
        CHECK(fake.of().compare({front, device}).surplus.empty()); // it lets in nobody
    }
    SUBCASE("it is for public networks, too") {
        fake.rules[0].profiles = all_profiles;
        CHECK(fake.of().compare({front, device}).surplus.size() == 1);
    }
    SUBCASE("it is for another port") {
        fake.rules[0].ports = "443,444";
    }
    CHECK(fake.of().compare({front, device}).missing.size() == 1);
    // By its name it cannot be told from the right one, so that comes after it went.
    CHECK(fake.set({front, device}) == Calls{"remove " + name, "add " + name});
    CHECK(fake.set({front, device}).empty());
}

TEST_CASE("rule list: one that is there twice is there once again") {
    FakeList fake;
    fake.set({front});
    fake.rules.push_back(fake.rules[0]);
    const std::string name = fake.rules[0].name;
    CHECK(fake.set({front}) == Calls{"remove " + name, "remove " + name, "add " + name});
    CHECK(fake.rules.size() == 1);
}

TEST_CASE("rule list: a foreign rule is never removed for one of ours") {
    FakeList fake;
    fake.set({front});
    fake.rules.insert(fake.rules.begin(), {fake.rules[0].name, "somebody"});
    const engine::Error error = error_of([&] { fake.set({device}); });
    CHECK(error.kind() == engine::Kind::refused);
    CHECK(contains(error.what(), "has the name of one of Locum's"));
    CHECK(contains(error.remedy(), "Rename-NetFirewallRule"));
    CHECK(fake.calls.empty());
}

TEST_CASE("rule list: rules that are taken and are not there are told") {
    FakeList fake;
    fake.forgets = true;
    CHECK(contains(error_of([&] { fake.set({front}); }).what(), "does not have them"));
}

TEST_CASE("rule list: where no connected network is filtered, no firewall is in force") {
    FakeList fake;
    const auto in_force = [&] { return firewall_of("x", owner, fake.list()).has_value(); };
    CHECK(in_force());
    fake.states[1].on = false;
    CHECK(!in_force()); // that it is on for other networks does not count now
    fake.states[1].on = true;
    fake.states[1].denies_unnamed = false;
    CHECK(!in_force());
    fake.states[1].blocks_all_in = true;
    CHECK(in_force());
    fake.states[1].in_force = false;
    CHECK(!in_force());
    // Ours go nevertheless.
    fake.rules = listed(front, owner);
    fake.rules.push_back({"other", "somebody"});
    remove_rules_of(owner, fake.list());
    REQUIRE(fake.rules.size() == 1);
    CHECK(fake.rules[0].name == "other");
}

TEST_CASE("rule list: what keeps rules from counting is told, with what to type") {
    FakeList fake;
    CHECK(fake.told({front, device}) == "");
    SUBCASE("a public network") {
        fake.states[2].in_force = true;
        CHECK(fake.told({device}) == "");
        const std::string told = fake.told({front, device});
        CHECK(contains(told, "firewall-public: found a network of this host is public, where "
                             "Windows Firewall admits nobody to TCP 443; "));
        CHECK(contains(told, "Set-NetConnectionProfile"));
        CHECK(fake.of().hindrances({front})[0].severity == engine::Severity::warning);
    }
    SUBCASE("all that comes in is blocked") {
        fake.states[1].blocks_all_in = true;
        CHECK(contains(fake.told({device}),
                       "Set-NetFirewallProfile -Profile Private -AllowInboundRules True"));
        CHECK(fake.told({}) == "");
    }
    SUBCASE("a group policy") {
        fake.local = LocalRules::overruled;
        CHECK(contains(fake.told({device}), "firewall-policy: found "));
    }
}
