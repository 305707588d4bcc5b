#pragma once
// Steps of this host that change what an installed node is made of. Each is undone to what the node
// was before. What they refer to must outlive them.

#include "installer/install_plan.hpp"
#include "installer/installed_node.hpp"
#include "installer/modification.hpp"

namespace locum::installer::steps {

struct Modified {
    const InstalledNode& node;        // with the state of before
    const Installation& installation; // as it is to be
    const Modification& change;

    const cluster::Layout& layout() const { return node.layout; }
    const suite::Manifest& manifest() const { return installation.manifest(); }
};

// Adds the files of a component to those of the version, or takes them away with the link.
engine::Step unpack_component(const Modified& modified, const std::string& component);
engine::Step remove_component(const Modified& modified, const std::string& component);

// Accounts that new services need; and those that no service needs any more, where they own
// nothing.
engine::Step add_accounts(const Modified& modified);
engine::Step drop_accounts(const Modified& modified);

// Of a component that goes: its services are forgotten. Of one that stays: until it is started
// again.
engine::Step end_services(const Modified& modified, const std::string& component);
engine::Step stop_component(const Modified& modified, const std::string& component);
engine::Step start_again(const Modified& modified, const std::string& component);

// A kept component's configuration as it follows from the other selection. reload: it is taken up
// without a stop, where it runs.
enum class TakenUp { by_reload, by_start };
engine::Step rewrite_configs(const Modified& modified, const std::string& component, TakenUp how);
engine::Step remove_configs(const Modified& modified, const std::string& component);
// The configurations, or how the services are started, differ.
bool concerned(const Modified& modified, const std::string& component);

engine::Step change_firewall(const Modified& modified, const std::vector<PortRule>& rules,
                             FindFirewall find);

// Tells this node's own agent, which keeps the state.
void select(const Modified& modified, const cluster::NodeState& state);

// With the certificate that is there now. Its services go on.
engine::Step restart_agent(const Modified& modified);
void restart(const Modified& modified);

} // namespace locum::installer::steps
