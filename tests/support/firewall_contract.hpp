#pragma once
// What every firewall port promises, held against a fake and, on hosts that boot, the real ones.

#include "platform/firewall.hpp"

#include <doctest/doctest.h>
#include <functional>
#include <string>

namespace locum::testing {

struct FirewallContract {
    // Anew for each call, as another process would; of the owner.
    std::function<platform::Firewall(const std::string& owner)> make;
    // All that belongs to others, as text.
    std::function<std::string()> foreign;
};

inline void keeps_firewall_contract(const FirewallContract& contract) {
    using platform::Protocol;
    const platform::FirewallRule anybody{"front", Protocol::tcp, 41001, ""};
    const platform::FirewallRule over_udp{"dns", Protocol::udp, 41001, ""};
    const platform::FirewallRule peer{"web", Protocol::tcp, 41002, "198.51.100.77"};
    const platform::FirewallRule peer6{"web", Protocol::tcp, 41002, "2001:db8::77"};
    const platform::FirewallRule network{"web", Protocol::tcp, 41002, "203.0.113.0/24"};
    const platform::FirewallRule network6{"web", Protocol::tcp, 41002, "2001:db8:7::/48"};
    const platform::FirewallRules all{anybody, over_udp, peer, peer6, network, network6};

    const std::string before = contract.foreign();
    auto ours = [&](const std::string& owner) { return contract.make(owner).compare({}).surplus; };
    auto is_made = [&](const platform::FirewallRules& wanted) {
        const platform::FirewallDifference difference = contract.make("locum:one").compare(wanted);
        CHECK(difference.missing.empty());
        CHECK(difference.surplus.empty());
        CHECK(ours("locum:one") == wanted);
        CHECK(contract.foreign() == before);
    };

    is_made({});
    CHECK(contract.make("locum:one").compare(all).missing == all);
    contract.make("locum:one").set(all);
    is_made(all);
    contract.make("locum:one").set(all); // twice is fine
    is_made(all);

    // Another suite's are not ours.
    const platform::FirewallRule other{"web", Protocol::tcp, 41003, "198.51.100.77"};
    CHECK(ours("locum:other").empty());
    contract.make("locum:other").set({other});
    CHECK(ours("locum:one") == all);

    // Exactly these: what is not named goes.
    const platform::FirewallRule late{"late", Protocol::tcp, 41004, "198.51.100.78"};
    contract.make("locum:one").set({peer, late});
    CHECK(contract.make("locum:one").compare(all).missing ==
          platform::FirewallRules{anybody, over_udp, peer6, network, network6});
    CHECK(contract.make("locum:one").compare(all).surplus == platform::FirewallRules{late});

    contract.make("locum:one").set({});
    CHECK(ours("locum:one").empty());
    CHECK(ours("locum:other") == platform::FirewallRules{other});
    contract.make("locum:other").set({});
    is_made({});
}

} // namespace locum::testing
