#pragma once
// A firewall in memory, that keeps the contract of the real ones.

#include "platform/firewall.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>

namespace locum::testing {

struct FakeFirewall {
    std::string name = "fake";
    bool in_force = true;
    std::map<std::string, platform::FirewallRules> rules; // by owner

    platform::Firewall of(const std::string& owner) {
        return {name,
                [this, owner](const platform::FirewallRules& wanted) { rules[owner] = wanted; },
                [this, owner](const platform::FirewallRules& wanted) {
                    platform::FirewallDifference found;
                    const platform::FirewallRules& ours = rules[owner];
                    std::set_difference(wanted.begin(), wanted.end(), ours.begin(), ours.end(),
                                        std::inserter(found.missing, found.missing.end()));
                    std::set_difference(ours.begin(), ours.end(), wanted.begin(), wanted.end(),
                                        std::inserter(found.surplus, found.surplus.end()));
                    return found;
                }};
    }
    std::optional<platform::Firewall> find(const std::string& owner) {
        return in_force ? std::optional(of(owner)) : std::nullopt;
    }
};

} // namespace locum::testing
