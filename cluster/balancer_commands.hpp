#pragma once
// Any balancer that can be told and asked by commands on its own host.

#include "cluster/balancer.hpp"
#include "suite/manifest.hpp"

#include <chrono>
#include <string>

namespace locum::cluster {

// commands: rendered for this server. log: the balancer's, for messages.
BalancerPort command_port(suite::BalancerCommands commands, const std::string& server,
                          const std::string& log,
                          std::chrono::milliseconds limit = std::chrono::seconds(5));

} // namespace locum::cluster
