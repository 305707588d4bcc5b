#pragma once
// How a migration's commands run on this host.

#include "cluster/layout.hpp"
#include "cluster/node_state.hpp"
#include "datasource/migration_command.hpp"
#include "suite/manifest.hpp"

namespace locum::installer {

// For datasource::Commands: as this node runs a command of that version on that database. What it
// prints goes to migration.log beside the services' logs. The manifest must outlive it.
std::function<void(const datasource::MigrationPart&)>
migration_command(const cluster::Layout& layout, const cluster::NodeState& node,
                  const suite::Manifest& manifest, const datasource::Settings& settings);

} // namespace locum::installer
