#pragma once
// Steps that take a server out of every balancer and in again.

#include "engine/step.hpp"
#include "installer/requirements.hpp"
#include "upgrade/conductor.hpp"

#include <optional>
#include <string>
#include <vector>

namespace locum::upgrade::steps {

enum class Others {
    must_serve, // rolling: every other server is in rotation and well, asked just now
    may_stop,   // short downtime: all servers go out
};

// What an undrain does where a balancer does not answer.
enum class IfSilent {
    begin_nothing, // so that the server, drained everywhere, can be taken back
    tell_others,   // they take the server in, then the step fails
};

// What clients notice of it when a node's balancer goes: another one's, or none is left. others:
// what the cluster's other nodes have, where that is known.
std::string balancer_goes(const std::string& balancer, const std::string& node,
                          const std::optional<std::vector<installer::Components>>& others);

// step: the id. Done when every balancer says that the server has no sessions and gets none. Where
// that cannot be had, and others must serve, the server is put into rotation again. So does the
// undo; it throws Error(paused) where a balancer does not answer.
engine::Step drain(Conductor& conductor, const std::string& step, const std::string& server,
                   Others others);
// Done when every balancer has the server in rotation. The undo is a drain; others: as there. It
// throws Error(paused) where a balancer does not answer.
engine::Step undrain(Conductor& conductor, const std::string& step, const std::string& server,
                     Others others, IfSilent if_silent);

// Every balancer says so, now. One that does not answer does not.
bool in_rotation(Conductor& conductor, const std::string& server);

} // namespace locum::upgrade::steps
