#pragma once
// Steps that let the host's firewall admit whom the node's ports are for.

#include "installer/firewall.hpp"
#include "installer/install_plan.hpp"

namespace locum::installer::steps {

// Keeps the rules, and the cluster's members as they are now, for the agent.
engine::Step keep_firewall_rules(const Installation& installation);
// The cluster's; where this node cannot read the registry, as a server of the token tells.
std::vector<Member> members_now(const Installation& installation);
// Of this host, by manifest and answers.
std::vector<PortRule> firewall_rules(const Installation& installation);
// find: the firewall in force, when the step is asked or run.
engine::Step admit(const Installation& installation, const PortRule& rule, FindFirewall find);

} // namespace locum::installer::steps
