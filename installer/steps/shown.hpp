#pragma once
// The step of an installation by which its host shows the suite.

#include "engine/step.hpp"
#include "installer/install_plan.hpp"

namespace locum::installer::steps {

// There is something for this host to show.
bool is_shown(const Installation& installation);
engine::Step show(const Installation& installation);

} // namespace locum::installer::steps
