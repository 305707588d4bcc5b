#pragma once
// What an upgrade asks of hosts, clocks and connections before it begins.

#include "upgrade/facts.hpp"
#include "upgrade/verdict.hpp"

namespace locum::upgrade {

// Asks every node that answers, all at once.
void ask_hosts(const Sources& from, ClusterFacts& facts);

// Pure: part of preflight().
std::vector<engine::Finding> requirement_findings(const suite::Manifest& to,
                                                  const ClusterFacts& facts, UpgradeMode mode);

// What an upgrade to that version leaves on the hosts is free no more: versions, bundle, backup,
// and copies, without what only its work needs.
void take_space(ClusterFacts& facts, const suite::Manifest& to, UpgradeMode mode);

} // namespace locum::upgrade
