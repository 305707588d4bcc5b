#pragma once
// Whether a service may start now: a server starts on the productive datasource only where the
// database has its binary's schema version and no fence is up; on the copy that was made for it,
// always.

#include "cluster/node.hpp"

namespace locum::cluster {

// The gate for this node's supervisor. Where the database is away, what this node was allowed to
// run before may be started again, and nothing else.
StartGate start_gate(const Layout& layout);

} // namespace locum::cluster
