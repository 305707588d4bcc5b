#pragma once
// The firewall that is in force on this host, whichever it is. Rules that we made carry our mark,
// and are the only ones that are ever changed; none is installed, enabled, started or reloaded.

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <tuple>

namespace locum::platform {

enum class Protocol { tcp, udp };

// Whoever connects from there to this port of this host is let in.
struct FirewallRule {
    std::string name; // for people; not every firewall can hold it
    Protocol protocol = Protocol::tcp;
    std::uint16_t port = 0;
    std::string from; // as platform::network() spells it; empty: anybody

    auto key() const { return std::tie(protocol, port, from); }
    bool operator==(const FirewallRule& other) const { return key() == other.key(); }
    bool operator<(const FirewallRule& other) const { return key() < other.key(); }
};
using FirewallRules = std::set<FirewallRule>;

struct FirewallDifference {
    FirewallRules missing; // wanted, and not in force now or not after a boot
    FirewallRules surplus; // ours and in force, but not wanted; may lack the name
};

// A firewall that filters what comes in, as a value. All may be repeated, and throw Error with what
// the firewall's own tool said.
struct Firewall {
    std::string name; // as administrators know it
    // Makes exactly these rules ours, now and, where the firewall keeps rules itself, for the time
    // after a boot.
    std::function<void(const FirewallRules&)> set;
    // What set() would change. What is let in by a foreign rule that is the same, or is not
    // filtered at all, is not missing.
    std::function<FirewallDifference(const FirewallRules&)> compare;
};

// owner: the beginning of the mark on our rules, "locum:SUITE". nullopt where none filters. Needs
// root. Windows: throws Error, since its firewall's rules cannot be made yet.
std::optional<Firewall> firewall_in_force(const std::string& owner);

// Takes our rules also out of firewalls that are not in force, but for the one that is named
// `except`: an administrator may have changed from one to another.
void remove_firewall_rules(const std::string& owner, const std::string& except = "");

} // namespace locum::platform
