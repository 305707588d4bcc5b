#pragma once
// The firewalls of Linux. Each file makes one of them a value, and has the pure part of it (what a
// rule is called there, what is in force) for the tests.

#include "platform/firewall.hpp"

#include <string>
#include <vector>

namespace locum::platform {

std::string_view name(Protocol protocol); // "tcp", "udp"
// Standard output of a tool; throws Error with what it said.
std::string told_by(const std::vector<std::string>& argv, const std::string& input = "");
bool has_program(const std::string& name);
FirewallDifference difference(const FirewallRules& wanted, const FirewallRules& ours);

namespace firewalld {

bool runs();
Firewall firewall(const std::string& owner);
// Where it does not run: takes ours out of its files.
void remove_from_files(const std::string& owner);

// A zone that is in use, and what its bindings and its target say.
struct UsedZone {
    bool has_interfaces = false;
    bool is_default = false;
    std::string target; // "default", "ACCEPT", "DROP", "%%REJECT%%"
};
// Ours are of use there: not where certain sources are banned by it.
bool takes_rules(const UsedZone& zone);

// A rich rule has no room for a comment; its priority is our mark. It is above 0, so that what the
// administrator denies stays denied.
int mark(const std::string& owner);
std::string rich_rule(const FirewallRule& rule, int mark);
// Of those with our mark, as the firewall writes them; others are left out.
FirewallRules our_rules(const std::vector<std::string>& rich_rules, int mark);

} // namespace firewalld

namespace ufw {

bool is_active();
// Its rules are the same whether it is active or not.
Firewall firewall(const std::string& owner);

// One line of its rule files for people and itself, "### tuple ### allow tcp 22 …", as it is kept
// for each family apart.
struct Tuple {
    std::string action; // "allow", "deny", "reject", "limit"
    FirewallRule rule;  // name: the whole comment; from: "0.0.0.0/0" or "::/0" for anybody
    bool operator==(const Tuple&) const = default;
};
// Those that let in, or not, by protocol, port and source only; others are no rule like ours.
std::vector<Tuple> tuples(const std::string& rules_file);

} // namespace ufw

namespace nftables {

bool filters();
Firewall firewall(const std::string& owner);

// A place in a chain that all that comes in passes, and that denies what it does not name.
struct Place {
    std::string family; // "ip", "ip6", "inet"
    std::string table;
    std::string chain;
    std::uint64_t before = 0; // handle of the first rule that denies the unnamed; 0: at the end
    // Ours with their handles.
    struct Ours {
        FirewallRule rule;
        std::uint64_t handle = 0;
        bool in_front = true; // else it is behind a denial and of no use
    };
    std::vector<Ours> ours;
};
// ruleset: what `nft -j list ruleset` says.
std::vector<Place> places(const std::string& ruleset, const std::string& owner);
// What makes exactly these rules ours, as `nft -j -f -` takes it, all or nothing; "" for nothing.
std::string changes(const std::vector<Place>& places, const FirewallRules& wanted,
                    const std::string& owner);
FirewallDifference compare(const std::vector<Place>& places, const FirewallRules& wanted);

} // namespace nftables

} // namespace locum::platform
