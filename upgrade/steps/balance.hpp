#pragma once
// Steps that take a server out of every balancer and in again.

#include "engine/step.hpp"
#include "upgrade/conductor.hpp"

namespace locum::upgrade::steps {

enum class Others {
    must_serve, // rolling: every other server is in rotation and well, asked just now
    may_stop,   // short downtime: all servers go out
};

// Where a balancer does not answer when a server is to be taken in again:
enum class Silence {
    takes_back,  // nothing is begun: the server, drained everywhere, can be taken back
    is_reported, // the server is taken in by the balancers that answer, then the step fails
};

// step: the id. Done when every balancer says that the server has no sessions and gets none. The
// undo takes the server in by the balancers that answer, then throws Error(paused) for one that
// does not.
engine::Step drain(Conductor& conductor, const std::string& step, const std::string& server,
                   Others others);
// Done when every balancer has the server in rotation.
engine::Step undrain(Conductor& conductor, const std::string& step, const std::string& server,
                     Silence silence);

} // namespace locum::upgrade::steps
