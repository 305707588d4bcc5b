#pragma once
// What a rehearsal on a copy of the productive database has measured, kept on the node whose
// database it was, so that the plan of the same upgrade can show it.

#include "cluster/layout.hpp"
#include "engine/check.hpp"
#include "upgrade/measured.hpp"

#include <optional>
#include <string>
#include <vector>

namespace locum::upgrade {

// Of one version there may be several.
struct Build {
    std::string version;
    std::string sha256; // of the bundle's manifest
    bool operator==(const Build&) const = default;
};

struct Rehearsed {
    std::string when; // UTC, as in RFC 3339
    Build from;
    Build to;
    std::string mode;
    bool passed = false;
    Measured measured;
};

// Returns the file that it is in now. Throws Error where that cannot be written.
std::string keep_rehearsed(const cluster::Layout& layout, const Rehearsed& rehearsed);

// The last one of an upgrade from that build to that one. A record that cannot be read, or that is
// of other builds of the two versions, is a warning: what was is no reason not to plan.
struct Recalled {
    std::optional<Rehearsed> rehearsed;
    std::vector<engine::Finding> findings;
};
Recalled recall(const cluster::Layout& layout, const Build& from, const Build& to);

nlohmann::json json_of(const Rehearsed& rehearsed);
// For people.
std::vector<std::string> to_lines(const Rehearsed& rehearsed);

} // namespace locum::upgrade
