#pragma once
// What the two ways have in common.

#include "upgrade/plans.hpp"

namespace locum::upgrade {

// First of all, one after the other: whatever comes then is done by agents that can read the
// bundle. One that does not come up again has all of them taken back.
void add_agents(engine::Plan& plan, Conductor& conductor, const std::vector<std::string>& nodes);
void add_staging(engine::Plan& plan, Conductor& conductor, const std::vector<std::string>& nodes);
void add_balancers_and_end(engine::Plan& plan, Conductor& conductor, const Order& order);

} // namespace locum::upgrade
