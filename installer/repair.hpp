#pragma once
// `locum repair`: what has drifted is put right, one resource a step.

#include "engine/step.hpp"
#include "installer/installed_node.hpp"
#include "installer/verify.hpp"
#include "platform/lock.hpp"

#include <functional>

namespace locum::installer {

// No step where nothing differs. What cannot be told now is looked at again when what stands before
// it is put right. Node, resources and what was verified of them must outlive the plan.
engine::Plan repair_plan(const InstalledNode& node, const std::vector<Verified>& found);

// Throws Error: busy where an operation of the cluster is open; unfinished where an installation
// was cut off.
void require_repairable(const InstalledNode& node);

// Before anything is looked at: what is planned must be so still when it is done. Throws
// Error(busy) where another command works on this host, and what load_node_state() does.
platform::Lock lock_for_repair(const cluster::Layout& layout);

// Runs the plan under this host's lock, which is held, with its journal. Throws Error(paused) where
// a step fails: run again, it goes on with what is left.
void repair(const platform::Lock& held, const InstalledNode& node, const engine::Plan& plan,
            const std::function<bool()>& cancelled, engine::Reporter& reporter);

} // namespace locum::installer
