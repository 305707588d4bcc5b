#pragma once
// `locum uninstall`: out of the balancers, stopped, out of the cluster, off the host. In upgrade/
// since it drains a server as an upgrade does.

#include "engine/step.hpp"
#include "installer/inventory.hpp"

#include <functional>
#include <string>
#include <vector>

namespace locum::upgrade {

struct UninstallRequest {
    cluster::Layout layout;
    std::string program; // that the agent runs from
    installer::resources::Purge purge = installer::resources::Purge::no;
    bool last_server = false;              // the operator knows that the cluster ends with it
    bool without_cluster = false;          // it cannot be reached; others remove the node by name
    std::vector<std::string> servers = {}; // "HOST:PORT", for a node without a datasource
    std::function<bool()> cancelled = {};
};

struct Removal {
    std::string node;
    std::string title;
    std::vector<engine::PlanLine> plan;
    std::vector<std::string> consequences; // for others than this host, a sentence each
    std::vector<std::string> left;         // "data: /var/opt/x"
};

// What `uninstall` would do; changes nothing. Throws Error: busy (an operation is open), unfinished
// (an installation was cut off), refused (last server; the cluster cannot be reached).
Removal removal_of(const UninstallRequest& request);

// Runs it under this host's lock and the cluster's lease. What fails before the node has left the
// cluster is taken back; after that Error(paused): run again, it goes on with what is left, also
// after a kill. Returns what stays, as Removal::left.
std::vector<std::string> uninstall(const UninstallRequest& request, engine::Reporter& reporter);

} // namespace locum::upgrade
