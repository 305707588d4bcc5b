#pragma once
// What must be proven of the servers before the productive schema changes. Each has acknowledged
// this epoch first, so that no order of an older coordinator changes the answer.

#include "upgrade/conductor.hpp"

#include <string>

namespace locum::upgrade::steps {

// All but `last` work on copies of this operation, or are stopped. Returns how many were proven;
// throws Error(paused) naming the first that is not.
unsigned prove_decoupled(Conductor& conductor, const std::string& step, const std::string& last);
// Every server runs the new version. Throws Error(paused) naming the first that does not.
void require_new_servers(Conductor& conductor, const std::string& step);

} // namespace locum::upgrade::steps
