#pragma once
// Services that are ended at once, whatever else goes wrong meanwhile.

#include "cluster/layout.hpp"
#include "engine/failures.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace locum::cluster {

// What the host's service manager is asked to end a unit (platform/service.hpp). Tests put recorded
// calls in its place.
struct UnitCalls {
    std::function<bool(const std::string& unit)> installed;
    std::function<void(const std::string& unit)> kill;
    std::function<void(const std::string& unit, std::chrono::milliseconds longest)> stop;
};
UnitCalls unit_calls();

// All of the node, without its agent, which may be what hangs; none of them is wanted any more
// before the first one is killed. Returns the names of those that are stopped. What goes wrong with
// one is kept, and the others are killed all the same.
std::vector<std::string> kill_services(const Layout& layout, engine::Failures& failures,
                                       const UnitCalls& calls = unit_calls());

} // namespace locum::cluster
