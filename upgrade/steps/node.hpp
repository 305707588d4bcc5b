#pragma once
// Steps on one node. Each takes its id, so that a node can go through the same step twice (to its
// copy, and back to the productive database).

#include "cluster/node_state.hpp"
#include "engine/step.hpp"
#include "upgrade/conductor.hpp"

#include <string_view>

namespace locum::upgrade::steps {

// Unless the node keeps it already.
void send_bundle(Conductor& conductor, const installer::NodeFacts& facts, const std::string& step,
                 engine::Reporter& reporter);
// Waits for an agent that does not answer (paused): nothing is broken by that.
engine::Undo undo_by_agent(Conductor& conductor, const std::string& node,
                           const std::function<void(const std::string& memo)>& back);

engine::Step stage(Conductor& conductor, const std::string& node);
engine::Step copy(Conductor& conductor, const std::string& node);
// Whether a step of this id is the next.
bool is_stop(std::string_view step);
engine::Step stop(Conductor& conductor, const std::string& step, const std::string& node,
                  const std::string& component, const std::string& version);
engine::Step switch_version(Conductor& conductor, const std::string& step, const std::string& node,
                            const std::string& component);
// to: what the new version's configuration is for.
engine::Step configure(Conductor& conductor, const std::string& step, const std::string& node,
                       const std::string& component, cluster::Mode to);
// Starts the new version and waits until all probes pass.
engine::Step start(Conductor& conductor, const std::string& step, const std::string& node,
                   const std::string& component);
engine::Step reload(Conductor& conductor, const std::string& step, const std::string& node,
                    const std::string& component);
// Stops the old version and starts the new one: for what no request waits for.
engine::Step restart(Conductor& conductor, const std::string& step, const std::string& node,
                     const std::string& component);
// says: for the progress, "1 of 3 servers updated".
engine::Step set_mode(Conductor& conductor, const std::string& step, const std::string& node,
                      cluster::Mode mode, const std::string& says);

} // namespace locum::upgrade::steps
