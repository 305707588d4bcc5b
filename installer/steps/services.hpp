#pragma once
// Steps that bring the node to life.

#include "installer/install_plan.hpp"

namespace locum::installer::steps {

// Where the host's service manager runs the services; elsewhere they run as the agent.
engine::Step make_accounts(const Installation& installation);
engine::Step start_agent(const Installation& installation);
// Starts the component's services through the agent and waits until all probes pass.
engine::Step start_component(const Installation& installation, const std::string& component);
// Lets every balancer of the cluster know the new server.
engine::Step announce_server(const Installation& installation);

} // namespace locum::installer::steps
