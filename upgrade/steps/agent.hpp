#pragma once
// An agent runs from the program that the new bundle brings. Services are not touched.

#include "engine/step.hpp"
#include "upgrade/conductor.hpp"

namespace locum::upgrade::steps {

engine::Step exchange_agent(Conductor& conductor, const std::string& node);

} // namespace locum::upgrade::steps
