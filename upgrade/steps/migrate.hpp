#pragma once
// The migration of the productive schema. The coordinator does it itself, with Locum's account.

#include "engine/step.hpp"
#include "upgrade/conductor.hpp"
#include "upgrade/verdict.hpp"

#include <string_view>

namespace locum::upgrade::steps {

// Whether a step of this id is one of the two below.
bool is_migration(std::string_view step);
// The productive database has the new schema, and all of its migration is recorded. Throws
// Error(needs_attention) where one with commands came half-way and no migration leads on.
bool is_migrated(Conductor& conductor);
// The point of no return.
engine::Step migrate(Conductor& conductor, const std::string& step);
// The same while servers work on the database, each in a version that works on both schemas. Can be
// taken back where the old version works on the new schema, which then stays.
engine::Step migrate_in_use(Conductor& conductor, const std::string& step, InPlace order);

} // namespace locum::upgrade::steps
