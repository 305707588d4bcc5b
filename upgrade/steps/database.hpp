#pragma once
// Steps on the productive database, but for its migration (migrate.hpp). The coordinator does them
// itself, with Locum's account.

#include "engine/step.hpp"
#include "upgrade/conductor.hpp"

#include <string_view>

namespace locum::upgrade::steps {

// Every other registered server is proven in update mode, or stopped. A silent one blocks.
engine::Step barrier(Conductor& conductor, const std::string& step, const std::string& last);
// Whether a step of this id is the next.
bool is_fence(std::string_view step);
// Shuts the old application out: first in the registry, then on the database.
engine::Step fence(Conductor& conductor, const std::string& step);
// Waits for the old application's open transactions and ends its sessions.
engine::Step evict(Conductor& conductor, const std::string& step);
// One that is made when the migration is begun has no result: it is not of the database of before.
engine::Step back_up(Conductor& conductor, const std::string& step);
engine::Step unfence(Conductor& conductor, const std::string& step);
// The registry says that the cluster runs the new version.
engine::Step publish_version(Conductor& conductor, const std::string& step);

} // namespace locum::upgrade::steps
