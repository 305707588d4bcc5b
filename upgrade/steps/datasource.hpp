#pragma once
// Steps that let a server work on another datasource, or on the same one by other settings.

#include "cluster/datasources.hpp"
#include "engine/step.hpp"
#include "upgrade/conductor.hpp"

namespace locum::upgrade::steps {

// Sends the settings, writes the node's configurations for them, and makes them its active ones.
// Its services are stopped.
engine::Step use_datasource(Conductor& conductor, const std::string& step, const std::string& node,
                            const cluster::NamedDatasource& next);
// Of the database that is left for another one: no server starts on it, on any host. epoch: of the
// lease that is held in it.
engine::Step leave_database(const cluster::Layout& layout, const std::string& step,
                            const cluster::NamedDatasource& left, std::uint64_t epoch);
// Servers may start on it again.
engine::Step reactivate(Conductor& conductor, const std::string& step, const std::string& name);

} // namespace locum::upgrade::steps
