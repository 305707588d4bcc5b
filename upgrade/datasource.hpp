#pragma once
// `locum datasource activate | deactivate`: what the cluster's servers work on. In upgrade/ since
// servers are drained and restarted as an upgrade does (docs/decisions/0025).

#include "engine/reporter.hpp"
#include "engine/step.hpp"
#include "upgrade/datasource_facts.hpp"

#include <functional>

namespace locum::upgrade {

struct DatasourceRequest {
    cluster::Layout layout;
    std::string name;
    std::function<bool()> cancelled = {};
    // Told what the two accounts may not there, before that is thrown. May be empty.
    std::function<void(const std::vector<engine::Finding>&)> found = {};
};

struct Activating {
    std::string title;
    std::vector<engine::PlanLine> plan; // none: it is so already
    std::vector<std::string> notes;     // what clients and the operator notice
};

// What `activate` would do; changes nothing. Throws Error: usage (no such datasource), refused (it
// is no database of this cluster, of this version; another database, and servers run), busy.
Activating activating_of(const DatasourceRequest& request);

// Does it under the lease, one server after the other. One that does not get well on it is put back
// and ends it with Error(paused); the same command goes on. Returns false where it was so already.
bool activate(const DatasourceRequest& request, engine::Reporter& reporter);

// No server starts on the active datasource any more, until it is activated. Throws Error: refused
// where a server runs or cannot be asked, or it is not the active one. Returns false where it was
// so.
bool deactivate(const DatasourceRequest& request);

} // namespace locum::upgrade
