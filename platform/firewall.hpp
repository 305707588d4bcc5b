#pragma once
// The firewall that is in force on this host, whichever it is. Rules that we made carry our mark,
// and are the only ones that are ever changed; none is installed, enabled, started or reloaded.

#include "engine/check.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace locum::platform {

enum class Protocol { tcp, udp };

// Who answers at a port, for a firewall that tells programs apart; one of the two is known.
struct PortOwner {
    std::string service; // name with the host's service manager
    std::string program; // absolute path of what runs

    auto operator<=>(const PortOwner&) const = default;
};
using PortOwners = std::vector<PortOwner>;

// Whoever connects from there to this port of this host is let in.
struct FirewallRule {
    std::string name; // for people; not every firewall can hold it
    Protocol protocol = Protocol::tcp;
    std::uint16_t port = 0;
    std::string from; // as platform::network() spells it; empty: anybody
    // Only these get what is let in, where the firewall tells programs apart; empty: whoever
    // listens. No part of key(): not every firewall can hold it.
    PortOwners by = {};

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
    // What keeps rules like these from counting as it is set up now, though it holds them. Empty:
    // nothing ever does.
    std::function<std::vector<engine::Finding>(const FirewallRules&)> hindrances = nullptr;
};

// Rules can be for a program or a service: `by` counts.
bool firewall_tells_programs_apart();

// owner: the beginning of the mark on our rules, "locum:SUITE". nullopt where none filters. Needs
// root. Windows: throws Error where the firewall cannot be asked.
std::optional<Firewall> firewall_in_force(const std::string& owner);

// Takes our rules also out of firewalls that are not in force, but for the one that is named
// `except`: an administrator may have changed from one to another.
void remove_firewall_rules(const std::string& owner, const std::string& except = "");

} // namespace locum::platform
