#include "installer/firewall.hpp"

#include "engine/error.hpp"
#include "platform/addresses.hpp"
#include "platform/files.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::installer {

using engine::Finding;
using engine::Severity;
using platform::FirewallRule;
using platform::FirewallRules;
using platform::Protocol;

namespace {

constexpr const char* agent = "agent";

std::string_view upper(Protocol protocol) {
    return protocol == Protocol::udp ? "UDP" : "TCP";
}

Clients clients_of(const suite::Port& port) {
    switch (port.from) {
    case suite::Clients::any:
        return {Clients::Who::any};
    case suite::Clients::peers:
        return {Clients::Who::peers};
    case suite::Clients::host:
        break;
    }
    return {Clients::Who::nobody};
}

std::string in_words(const Clients& clients) {
    switch (clients.who) {
    case Clients::Who::any:
        return "anybody";
    case Clients::Who::peers:
        return "the cluster's nodes";
    case Clients::Who::nobody:
        return "nobody";
    case Clients::Who::networks:
        break;
    }
    return fmt::format("{}", fmt::join(clients.networks, ", "));
}

std::vector<std::string> addresses_of(const std::vector<Member>& members,
                                      std::vector<std::string>* unknown) {
    std::vector<std::string> all;
    for (const Member& member : members)
        try {
            for (const std::string& address : platform::addresses_of(member.address))
                all.push_back(address);
        } catch (const engine::Error& error) {
            if (unknown)
                unknown->push_back(member.name + ": " + error.one_line());
        }
    return all;
}

} // namespace

std::vector<PortRule> port_rules(const suite::Manifest& manifest,
                                 const std::map<std::string, std::uint16_t>& ports,
                                 std::uint16_t agent_port, const FirewallAnswer& answer) {
    std::vector<PortRule> rules;
    if (!answer.manage)
        return rules;
    auto add = [&](PortRule rule) {
        if (const auto said = answer.rules.find(rule.name); said != answer.rules.end())
            rule.from = said->second;
        if (rule.from.who != Clients::Who::nobody)
            rules.push_back(std::move(rule));
    };
    // Whoever wants to join must reach it; it lets in by certificate, and by the token's proof.
    add({agent, {Protocol::tcp}, agent_port, {Clients::Who::any}});
    for (const suite::Port& port : manifest.ports) {
        const auto number = ports.find(port.name);
        if (number == ports.end())
            continue;
        PortRule rule{port.name, {}, number->second, clients_of(port), port.component};
        if (port.tcp)
            rule.protocols.push_back(Protocol::tcp);
        if (port.udp)
            rule.protocols.push_back(Protocol::udp);
        add(std::move(rule));
    }
    return rules;
}

std::vector<Finding> firewall_findings(const FirewallAnswer& answer,
                                       const suite::Manifest& manifest) {
    std::vector<std::string> known{agent};
    for (const suite::Port& port : manifest.ports)
        known.push_back(port.name);
    std::vector<Finding> findings;
    for (const auto& [name, clients] : answer.rules)
        if (std::find(known.begin(), known.end(), name) == known.end())
            findings.push_back({"firewall-rule", Severity::error,
                                fmt::format("a firewall rule for '{}'", name),
                                fmt::format("one of {}", fmt::join(known, ", ")),
                                "correct [firewall.rules] in the answers"});
    return findings;
}

std::string in_words(const PortRule& rule) {
    std::vector<std::string_view> protocols;
    for (const Protocol protocol : rule.protocols)
        protocols.push_back(upper(protocol));
    return fmt::format("{} {} ({}) from {}", fmt::join(protocols, " and "), rule.port, rule.name,
                       in_words(rule.from));
}

std::string in_words(const FirewallRule& rule) {
    return fmt::format("{} {}{} from {}", upper(rule.protocol), rule.port,
                       rule.name.empty() ? "" : " (" + rule.name + ")",
                       rule.from.empty() ? "anybody" : rule.from);
}

std::vector<Member> members(const std::vector<cluster::NodeRow>& nodes) {
    std::vector<Member> all;
    for (const cluster::NodeRow& node : nodes)
        all.push_back({node.name, node.address, node.agent_port, node.has_role("server")});
    return all;
}

FirewallRules resolved(const std::vector<PortRule>& rules, const std::vector<Member>& members,
                       std::vector<std::string>* unknown) {
    const std::vector<std::string> peers = addresses_of(members, unknown);
    FirewallRules all;
    for (const PortRule& rule : rules) {
        std::vector<std::string> sources{""};
        if (rule.from.who == Clients::Who::peers)
            sources = peers;
        else if (rule.from.who == Clients::Who::networks)
            sources = rule.from.networks;
        for (const Protocol protocol : rule.protocols)
            for (const std::string& source : sources)
                all.insert({rule.name, protocol, rule.port, source});
    }
    return all;
}

std::string firewall_owner(const cluster::Layout& layout) {
    return "locum:" + layout.suite;
}

FindFirewall host_firewall(const cluster::Layout& layout) {
    return [owner = firewall_owner(layout)] { return platform::firewall_in_force(owner); };
}

std::string firewall_in_force(const cluster::Layout& layout) {
    const std::optional<platform::Firewall> firewall = host_firewall(layout)();
    return firewall ? firewall->name : "";
}

void apply_firewall(const cluster::Layout& layout, const FirewallRecord& record,
                    const FindFirewall& find) {
    FirewallRecord applied = record;
    applied.set_on.clear();
    if (const std::optional<platform::Firewall> firewall = find()) {
        applied.set_on = firewall->name;
        std::vector<std::string> unknown;
        FirewallRules wanted = admitted(layout, record.rules, record.members, &unknown);
        if (!unknown.empty())
            wanted.merge(firewall->compare({}).surplus);
        firewall->set(wanted);
    }
    // Whoever comes to be in force again must not let in whom the cluster has forgotten since.
    if (!record.set_on.empty() && record.set_on != applied.set_on && !applied.set_on.empty())
        platform::remove_firewall_rules(firewall_owner(layout), applied.set_on);
    if (applied != load_firewall(layout))
        store_firewall(layout, applied);
}

void remove_firewall(const cluster::Layout& layout) {
    // Of an installation below a folder no rule was ever made.
    const std::optional<FirewallRecord> record = load_firewall(layout);
    if (!record)
        return;
    if (record->manage) // else the firewall is not even asked
        platform::remove_firewall_rules(firewall_owner(layout));
    platform::remove_all(layout.state_file("firewall.json"));
}

} // namespace locum::installer
