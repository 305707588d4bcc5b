#pragma once
// What becomes of a node whose components change: a pure function of what it is, what is asked for
// and the manifest.

#include "installer/answers.hpp"
#include "installer/firewall.hpp"

namespace locum::installer {

struct Selection {
    std::vector<std::string> add;
    std::vector<std::string> remove;
};

struct Modification {
    cluster::NodeState before;
    cluster::NodeState after;
    std::vector<std::string> added;
    std::vector<std::string> removed;
    std::vector<std::string> kept;
    std::vector<std::string> roles_before;
    std::vector<std::string> roles_after;

    bool had(suite::Role role) const;
    bool has(suite::Role role) const;
    bool gains_server() const;
    bool loses_server() const;
};

// Of the answers, where there are some, it takes what is of added components, and ports that follow
// from the selection; all else stays as it is. What is there already is not added, what is not
// there is not removed. Throws Error: usage where both are asked of one component; refused where
// one is to go that comes with another which stays.
Modification modification(const suite::Manifest& manifest, const cluster::NodeState& before,
                          const Selection& selection, const std::optional<Answers>& answers);

// "device moves from 30001 to 30002": ports of kept components that have another number, by name.
struct MovedPort {
    std::string name;
    std::string component;
    std::uint16_t from = 0;
    std::uint16_t to = 0;
};
std::vector<MovedPort> moved_ports(const suite::Manifest& manifest, const Modification& change);

// Who may connect to what, afterwards: to ports that are there already the same as before (before:
// the node's rules now), to new ones whom the answers' rules or the manifest say.
std::vector<PortRule> rules_after(const suite::Manifest& manifest, const Modification& change,
                                  const std::vector<PortRule>& before,
                                  const std::map<std::string, Clients>& answers);

// "firewall-answer": warnings of what the answers say of the firewall and a modification does not
// do. record: the node's, before.
std::vector<engine::Finding> unused_firewall_answers(const Modification& change,
                                                     const FirewallRecord& record,
                                                     const FirewallAnswer& answer);

// " --add X --remove Y".
std::string options_of(const Selection& selection);
// "add balancer, remove console".
std::string in_words(const Modification& change);

} // namespace locum::installer
