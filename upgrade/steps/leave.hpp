#pragma once
// Steps that take a node out of its cluster.

#include "engine/step.hpp"
#include "installer/installed_node.hpp"
#include "upgrade/conductor.hpp"

namespace locum::upgrade::steps {

// Each of these keeps that the node has left (installer::keep_left).
// Every balancer is told the servers that are left; then out of the registry. conductor: holds the
// lease. Bears being cut off between the two.
engine::Step leave(Conductor& conductor, const installer::InstalledNode& node);
// By one of the servers, for a node without a datasource.
engine::Step leave_by_server(const installer::InstalledNode& node,
                             const std::vector<std::string>& servers);
// Only that: for one that its cluster does not have any more.
engine::Step keep_left(const installer::InstalledNode& node);
// The last server: the registry goes, since nobody can join without a server's keys. The suite's
// own data stays.
engine::Step end_cluster(const installer::InstalledNode& node);
// end_cluster() has left a file without tables of an embedded database's registry, since it was
// open.
bool left_empty_registry(const datasource::Settings& settings, const std::string& suite);
// For when nobody has it open any more. Throws Error.
void remove_empty_registry(const datasource::Settings& settings, const std::string& suite);

// The node was being taken out of the registry, and a balancer may not know yet.
bool is_leaving(const installer::InstalledNode& node);

} // namespace locum::upgrade::steps
