#pragma once
// `locum node remove`: a node that is gone leaves its cluster by name, by the word of the others.
// In upgrade/ since an upgrade that it was part of goes on without it.

#include "cluster/layout.hpp"
#include "engine/check.hpp"
#include "engine/reporter.hpp"
#include "engine/step.hpp"

#include <functional>
#include <string>
#include <vector>

namespace locum::upgrade {

struct RemoveRequest {
    cluster::Layout layout;                // of this node, which has a server
    std::string node;                      // that is gone
    std::vector<std::string> ignored = {}; // names of findings
    std::function<bool()> cancelled = {};
};

struct Removing {
    std::string title;
    std::vector<engine::PlanLine> plan;
    std::vector<std::string> proof;        // that it is gone, a sentence each
    std::vector<engine::Finding> findings; // what speaks against it, or cannot be told
    std::vector<std::string> consequences; // a sentence each
};

// What `node remove` would do; changes nothing. What speaks against it as a finding is in the
// answer. Throws Error: refused (this node itself, the last server; no server here), usage (no such
// node).
Removing removing_of(const RemoveRequest& request);

// Does it under the cluster's lease, where all is asked again. Throws Error: as removing_of;
// refused (a finding); paused: it is removed, and a balancer does not know yet: the same request
// tells it.
void remove(const RemoveRequest& request, engine::Reporter& reporter);

} // namespace locum::upgrade
