#pragma once
// Whether and how the cluster can get to a version: a pure function of manifest and facts.

#include "upgrade/facts.hpp"

namespace locum::upgrade {

enum class UpgradeMode { rolling, short_downtime };
std::string_view name(UpgradeMode mode);

struct Verdict {
    bool rolling = true;              // possible without downtime
    std::vector<std::string> reasons; // why not
};

// Throws Error: refused (older over newer), version_between (no way from the schema that is there).
Verdict verdict(const suite::Manifest& to, const ClusterFacts& facts);

// What speaks against beginning now.
std::vector<engine::Finding> preflight(const suite::Manifest& to, const ClusterFacts& facts,
                                       UpgradeMode mode);

} // namespace locum::upgrade
