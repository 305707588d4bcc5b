#include "installer/firewall_answer.hpp"

#include "platform/addresses.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::installer {

namespace {

constexpr const char* expected_rule =
    "\"any\", \"peers\", \"off\", or networks such as [\"10.0.0.0/8\", \"2001:db8::7\"]";

Clients read_networks(suite::Section& rules, const suite::Text& key) {
    Clients clients{Clients::Who::networks};
    for (const suite::Text& text : rules.texts(key.value)) {
        const std::optional<std::string> network = platform::network(text.value);
        if (!network)
            rules.fail(text.at, fmt::format("'{}' for '{}'", text.value, key.value),
                       "an address or a network, without bits beyond its length");
        clients.networks.push_back(*network);
    }
    if (clients.networks.empty())
        rules.fail(key.at, fmt::format("no network for '{}'", key.value), expected_rule);
    return clients;
}

Clients read_clients(suite::Section& rules, const suite::Text& key) {
    if (rules.is_list(key.value))
        return read_networks(rules, key);
    const suite::Text who = rules.text(key.value);
    if (who.value == "any")
        return {Clients::Who::any};
    if (who.value == "peers")
        return {Clients::Who::peers};
    if (who.value != "off")
        rules.fail(who.at, fmt::format("'{}' for '{}'", who.value, key.value), expected_rule);
    return {Clients::Who::nobody};
}

} // namespace

FirewallAnswer read_firewall(suite::Section& root) {
    FirewallAnswer answer;
    suite::Section section = root.section("firewall");
    answer.manage = section.flag("manage", true);
    suite::Section rules = section.section("rules");
    if (!answer.manage && section.has("rules"))
        rules.fail(rules.at(), "rules beside manage = false", "none, or manage = true");
    for (const suite::Text& key : rules.keys())
        answer.rules[key.value] = read_clients(rules, key);
    rules.done();
    section.done();
    return answer;
}

} // namespace locum::installer
