#pragma once
// What the two ways have in common.

#include "upgrade/plans.hpp"

namespace locum::upgrade {

void add_staging(engine::Plan& plan, Conductor& conductor, const std::vector<std::string>& nodes);
void add_balancers_and_end(engine::Plan& plan, Conductor& conductor, const Order& order);

} // namespace locum::upgrade
