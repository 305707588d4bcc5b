#pragma once
// What an installation finds on a host, as a person is told before the plan, also where all is
// well.

#include "cluster/clock.hpp"
#include "installer/facts.hpp"
#include "installer/requirements.hpp"

#include <string>
#include <vector>

namespace locum::cli {

// What was measured: a line each of system, processors, memory, disk, ports, firewall, database and
// clocks, as far as they were looked at; beside it what the selection takes. clocks: of the cluster
// that is to be joined.
std::string measured_text(const installer::Facts& facts, const installer::ComponentNeed& selection,
                          const std::vector<cluster::Clock>& clocks);

} // namespace locum::cli
