#pragma once
// Within upgrade/ only: one upgrade of the cluster, from version to version. Where the new one does
// not upgrade the cluster directly, by_hops.cpp has several of them follow one another.

#include "upgrade/coordinator.hpp"
#include "upgrade/session.hpp"

namespace locum::upgrade {

// facts: of the cluster as it is, or as it will be before this hop. As forecast() else.
Forecast forecast_hop(Upgrade& upgrade, const ClusterFacts& facts, const Request& request);
// carrier: of several hops, the bundle of them all; `bundle`, a file of its own, is this one's.
bool run_hop(Session& session, const suite::Bundle& bundle, const Request& request,
             const std::optional<Carrier>& carrier, engine::Reporter& reporter);
// The open one.
bool resume_hop(const Request& request, engine::Reporter& reporter);
void roll_back_hop(const Request& request, engine::Reporter& reporter);

} // namespace locum::upgrade
