#pragma once
// Steps that take a server out of every balancer and in again.

#include "engine/step.hpp"
#include "upgrade/conductor.hpp"

namespace locum::upgrade::steps {

enum class Others {
    must_serve, // rolling: every other server is in rotation and well, asked just now
    may_stop,   // short downtime: all servers go out
};

// step: the id. Done when every balancer says that the server has no sessions and gets none.
engine::Step drain(Conductor& conductor, const std::string& step, const std::string& server,
                   Others others);
// Done when every balancer has the server in rotation.
engine::Step undrain(Conductor& conductor, const std::string& step, const std::string& server);

} // namespace locum::upgrade::steps
