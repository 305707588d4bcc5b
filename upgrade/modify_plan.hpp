#pragma once
// The plan of a modification: from what a node was to what it is to be.

#include "upgrade/steps/roles.hpp"

namespace locum::upgrade {

// What happens to components that stay.
struct Effects {
    std::vector<std::string> restarted; // have other ports, or cannot take a configuration up
    std::vector<std::string> reloaded;
    bool alone = false;   // no other server serves
    bool drained = false; // the node's server, before it is stopped
};
// Renders what the node runs for both states. alone: as in Effects.
Effects effects_of(const installer::steps::Modified& modified, bool alone);

// All that is given must outlive the plan. begun: a run was cut off, and what is there may be what
// it is to be.
engine::Plan modify_plan(const steps::Roles& roles, const Effects& effects, bool begun);

// What clients and the operator notice, a sentence each.
std::vector<std::string> notes_of(const installer::steps::Modified& modified,
                                  const Effects& effects);

} // namespace locum::upgrade
