#pragma once
// Steps on the productive database, but for its migration (migrate.hpp). The coordinator does them
// itself, with Locum's account.

#include "engine/step.hpp"
#include "upgrade/conductor.hpp"

namespace locum::upgrade::steps {

// Every other registered server is proven in update mode, or stopped. A silent one blocks.
engine::Step barrier(Conductor& conductor, const std::string& step, const std::string& last);
// Shuts the old application out: first in the registry, then on the database.
engine::Step fence(Conductor& conductor, const std::string& step);
// Waits for the old application's open transactions and ends its sessions.
engine::Step evict(Conductor& conductor, const std::string& step);
engine::Step back_up(Conductor& conductor, const std::string& step);
engine::Step unfence(Conductor& conductor, const std::string& step);
// The registry says that the cluster runs the new version.
engine::Step publish_version(Conductor& conductor, const std::string& step);

} // namespace locum::upgrade::steps
