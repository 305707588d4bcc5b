// Runs on a host that boots (firewall.sh), against the firewall that filters there.

#include "tests/support/firewall_contract.hpp"
#include "engine/error.hpp"
#include "platform/linux/firewall.hpp"

#include <cstdlib>

using namespace locum;

namespace {

std::string expected() {
    const char* name = std::getenv("FIREWALL");
    return name == nullptr ? "" : name;
}

// Of each tool what a person would compare; without handles and counters, which are no rules.
std::string foreign() {
    if (expected() == "firewalld")
        return platform::told_by({"sh", "-c",
                                  "{ firewall-cmd --list-all-zones && firewall-cmd --permanent "
                                  "--list-all-zones; } | grep -v 'priority=\"'; ls -R "
                                  "/etc/firewalld/policies /etc/firewalld/services"});
    if (expected() == "ufw")
        return platform::told_by({"awk", "/tuple/ && !/comment=6c6f63756d3a/",
                                  "/etc/ufw/user.rules", "/etc/ufw/user6.rules"});
    return platform::told_by({"sh", "-c", "nft -s list ruleset | grep -v 'comment \"locum:'"});
}

platform::Firewall found(const std::string& owner) {
    const auto firewall = platform::firewall_in_force(owner);
    REQUIRE(firewall);
    REQUIRE(firewall->name == expected());
    return *firewall;
}

} // namespace

TEST_CASE("the firewall of this host keeps the contract") {
    testing::keeps_firewall_contract({found, foreign});
}

TEST_CASE("removal finds the rules, also without knowing which firewall is in force") {
    const std::string before = foreign();
    const platform::FirewallRule rule{"web", platform::Protocol::tcp, 41002, "198.51.100.77"};
    found("locum:one").set({rule});
    platform::remove_firewall_rules("locum:one", expected());
    CHECK(found("locum:one").compare({}).surplus == platform::FirewallRules{rule});
    platform::remove_firewall_rules("locum:one");
    CHECK(found("locum:one").compare({}).surplus.empty());
    CHECK(foreign() == before);
}

TEST_CASE("a rule of the administrator that is like ours stays the administrator's") {
    if (expected() != "ufw") // elsewhere there can be both
        return;
    const platform::FirewallRules rules{{"web", platform::Protocol::tcp, 41002, "198.51.100.77"}};
    platform::told_by({"ufw", "allow", "proto", "tcp", "from", "198.51.100.77", "to", "any", "port",
                       "41002", "comment", "mine"});
    const std::string before = foreign();
    CHECK(found("locum:one").compare(rules).missing.empty());
    found("locum:one").set(rules);
    CHECK(foreign() == before);
    found("locum:one").set({});
    CHECK(foreign() == before);
    platform::told_by(
        {"ufw", "deny", "proto", "tcp", "from", "198.51.100.77", "to", "any", "port", "41002"});
    CHECK(found("locum:one").compare(rules).missing == rules);
    CHECK_THROWS_WITH_AS(found("locum:one").set(rules),
                         "ufw has a rule of its administrator: deny tcp 41002 from 198.51.100.77",
                         engine::Error);
    platform::told_by({"ufw", "delete", "deny", "proto", "tcp", "from", "198.51.100.77", "to",
                       "any", "port", "41002"});
}

TEST_CASE("removal finds the rules of a firewalld that does not run") {
    if (std::getenv("FIREWALL_MAY_STOP") ==
        nullptr) // which others' rules for the time being end by
        return;
    const platform::FirewallRule rule{"web", platform::Protocol::tcp, 41002, "2001:db8::77"};
    found("locum:one").set({rule});
    platform::told_by({"systemctl", "stop", "firewalld"});
    platform::remove_firewall_rules("locum:one");
    platform::told_by({"systemctl", "start", "firewalld"});
    CHECK(found("locum:one").compare({}).surplus.empty());
}
