#pragma once
// Whether a service may start now: a server starts on the productive datasource only where the
// database has its binary's schema version and no fence is up; on the copy that was made for it,
// always. On a node that was removed from its cluster nothing starts.

#include "cluster/node.hpp"

namespace locum::cluster {

// The gate for this node's services. Where the database is away, what this node was allowed to
// run before may be started again, and nothing else.
StartGate start_gate(const Layout& layout);
// What the gate says of a service, as it was started last, noted for the agent. Throws
// Error(refused) with its reason.
void require_may_start(const Layout& layout, const std::string& service);

} // namespace locum::cluster
