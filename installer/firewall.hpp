#pragma once
// Who may connect to the ports of a node, and what the host's firewall is told of it. Kept in the
// state folder (firewall.json), since members come and go, and a firewall may forget.

#include "cluster/registry.hpp"
#include "engine/check.hpp"
#include "installer/firewall_answer.hpp"
#include "platform/firewall.hpp"
#include "suite/manifest.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace locum::installer {

struct PortRule {
    std::string name; // the port's; "agent"
    std::vector<platform::Protocol> protocols;
    std::uint16_t port = 0;
    Clients from;
    std::string component = {}; // whose services listen; empty: Locum's agent, or it is not known
    // Not by the component, which older records do not have, and which goes with the name.
    bool operator==(const PortRule& other) const {
        return name == other.name && protocols == other.protocols && port == other.port &&
               from == other.from;
    }
};

// Of the agent, and of each port that the host has a number for; those that nobody connects to from
// elsewhere are left out. ports: by name, as the node has them.
std::vector<PortRule> port_rules(const suite::Manifest& manifest,
                                 const std::map<std::string, std::uint16_t>& ports,
                                 std::uint16_t agent_port, const FirewallAnswer& answer);
// Rules of the answers for ports that the suite has not.
std::vector<engine::Finding> firewall_findings(const FirewallAnswer& answer,
                                               const suite::Manifest& manifest);
// "TCP 8443 (web) from the cluster's nodes".
std::string in_words(const PortRule& rule);
// As the answers have it: "any", "peers", "off", ["10.0.0.0/8"], each with its quotation marks.
std::string as_answered(const Clients& clients);
// "TCP 8443 (web) from 198.51.100.12".
std::string in_words(const platform::FirewallRule& rule);

struct Member {
    std::string name;
    std::string address; // or a name
    std::uint16_t agent_port = 0;
    bool server = false; // holds the datasource, so can tell the members
    bool operator==(const Member&) const = default;
};
std::vector<Member> members(const std::vector<cluster::NodeRow>& nodes);
std::string to_json(const std::vector<Member>& members);
std::vector<Member> members_from_json(const std::string& text);

struct FirewallRecord {
    std::vector<PortRule> rules; // none: no port is open to others
    std::vector<Member> members;
    std::string set_on; // the firewall that has the rules; empty: none did
    bool manage = true; // false: the host's firewall is left alone, and there are no rules
    bool operator==(const FirewallRecord&) const = default;
};
// nullopt: this node's firewall is no matter of Locum.
std::optional<FirewallRecord> load_firewall(const cluster::Layout& layout);
void store_firewall(const cluster::Layout& layout, const FirewallRecord& record);

// The rules as a firewall takes them. Members whose name has no address now are left out, and added
// to `unknown` where that is given.
platform::FirewallRules resolved(const std::vector<PortRule>& rules,
                                 const std::vector<Member>& members,
                                 std::vector<std::string>* unknown = nullptr);

// Of a port, sorted; none: it cannot be told, so whoever listens.
platform::PortOwners port_owners(const cluster::Layout& layout, const PortRule& rule);
// The same as resolved(), with who listens where the host's firewall tells programs apart.
platform::FirewallRules admitted(const cluster::Layout& layout, const std::vector<PortRule>& rules,
                                 const std::vector<Member>& members,
                                 std::vector<std::string>* unknown = nullptr);
// Where versions were unpacked or removed: the firewall in force admits the programs of all that
// are here. Nothing to do where Locum leaves it alone, or where it does not tell programs apart.
void admit_versions(const cluster::Layout& layout);

// "locum:SUITE".
std::string firewall_owner(const cluster::Layout& layout);

// How a firewall is found; tests give their own.
using FindFirewall = std::function<std::optional<platform::Firewall>()>;
FindFirewall host_firewall(const cluster::Layout& layout);
// The name of the one in force; empty: none.
std::string firewall_in_force(const cluster::Layout& layout);

// Lets the firewall in force have the rules of the record, and notes which one that is; one that
// had them before loses them. While a member's name has no address nothing is taken away, since it
// may be that member's.
void apply_firewall(const cluster::Layout& layout, const FirewallRecord& record,
                    const FindFirewall& find);

// How the firewall in force differs from the node's record; none where it does not, or where none
// is in force and none was.
std::vector<engine::Finding> firewall_drift(const cluster::Layout& layout,
                                            const FindFirewall& find);

// What keeps the record's rules from counting, as warnings.
std::vector<engine::Finding> firewall_hindrances(const cluster::Layout& layout,
                                                 const FindFirewall& find);

// Takes Locum's rules of this suite out of every firewall of the host, in force or not, and forgets
// the record.
void remove_firewall(const cluster::Layout& layout);

} // namespace locum::installer
