// firewall.json, and members on the wire.

#include "engine/error.hpp"
#include "installer/firewall.hpp"
#include "platform/files.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::installer {

using nlohmann::json;
using platform::Protocol;

namespace {

json value_of(const Clients& clients) {
    switch (clients.who) {
    case Clients::Who::any:
        return "any";
    case Clients::Who::peers:
        return "peers";
    case Clients::Who::nobody:
        return "off";
    case Clients::Who::networks:
        break;
    }
    return clients.networks;
}

Clients clients_from(const json& value) {
    if (value.is_array())
        return {Clients::Who::networks, value.get<std::vector<std::string>>()};
    if (value == "any")
        return {Clients::Who::any};
    return {value == "peers" ? Clients::Who::peers : Clients::Who::nobody};
}

json value_of(const std::vector<Member>& members) {
    json all = json::array();
    for (const Member& member : members)
        all.push_back({{"name", member.name},
                       {"address", member.address},
                       {"agent-port", member.agent_port},
                       {"server", member.server}});
    return all;
}

std::vector<Member> members_from(const json& value) {
    std::vector<Member> all;
    for (const json& member : value)
        all.push_back({member.at("name"), member.at("address"), member.at("agent-port"),
                       member.at("server")});
    return all;
}

json value_of(const PortRule& rule) {
    json protocols = json::array();
    for (const Protocol protocol : rule.protocols)
        protocols.push_back(protocol == Protocol::udp ? "udp" : "tcp");
    return {{"name", rule.name},
            {"protocols", protocols},
            {"port", rule.port},
            {"from", value_of(rule.from)},
            {"component", rule.component}};
}

PortRule rule_from(const json& value) {
    PortRule rule{value.at("name"),
                  {},
                  value.at("port"),
                  clients_from(value.at("from")),
                  value.value("component", "")}; // an older Locum wrote none
    for (const json& protocol : value.at("protocols"))
        rule.protocols.push_back(protocol == "udp" ? Protocol::udp : Protocol::tcp);
    return rule;
}

std::string file_of(const cluster::Layout& layout) {
    return layout.state_file("firewall.json");
}

} // namespace

std::string as_answered(const Clients& clients) {
    return value_of(clients).dump();
}

std::string to_json(const std::vector<Member>& members) {
    return value_of(members).dump();
}

std::vector<Member> members_from_json(const std::string& text) {
    return members_from(json::parse(text));
}

std::optional<FirewallRecord> load_firewall(const cluster::Layout& layout) {
    const std::string file = file_of(layout);
    if (!platform::exists(file))
        return std::nullopt;
    try {
        const json value = json::parse(platform::read_file(file));
        FirewallRecord record;
        for (const json& rule : value.at("rules"))
            record.rules.push_back(rule_from(rule));
        record.members = members_from(value.at("members"));
        record.set_on = value.at("set-on");
        // Of a Locum that did not write it: one that found no rule to keep left the firewall alone.
        record.manage = value.value("manage", !record.rules.empty());
        return record;
    } catch (const json::exception& error) {
        throw engine::Error(fmt::format("{} is damaged: {}", file, error.what()),
                            engine::Kind::needs_attention)
            .remedy("restore the file from a backup, or install the node anew");
    }
}

void store_firewall(const cluster::Layout& layout, const FirewallRecord& record) {
    json rules = json::array();
    for (const PortRule& rule : record.rules)
        rules.push_back(value_of(rule));
    const json value = {{"rules", rules},
                        {"members", value_of(record.members)},
                        {"set-on", record.set_on},
                        {"manage", record.manage}};
    platform::write_file(file_of(layout), value.dump(2) + "\n", 0600);
}

} // namespace locum::installer
