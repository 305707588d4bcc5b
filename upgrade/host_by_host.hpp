#pragma once
// R1's own way: `locum install NEWBUNDLE` on one host after another, in any order.

#include "engine/check.hpp"
#include "engine/reporter.hpp"
#include "engine/step.hpp"
#include "installer/install_plan.hpp"

namespace locum::upgrade {

// What this host does.
struct Part {
    std::string title;
    std::vector<engine::PlanLine> plan;
    std::vector<engine::Finding> findings; // warnings of the preflight, where this host begins it
};

// This host's part: into update mode where others are not updated yet; where it is the last, the
// productive database is migrated and all come back. Opens the operation or goes on with the open
// one of the same bundle. Returns "n of m servers updated"; throws Error. ignored: names of
// findings. found: told what preflight found, where this opens the operation, before an error among
// that is thrown. cancelled: asked before each step; true ends it as a failure of that step would.
// begins: told once, before the first step.
using Found = std::function<void(const std::vector<engine::Finding>&)>;
std::string install_newer(const installer::Installation& installation,
                          const std::vector<std::string>& ignored, const Found& found,
                          const std::function<bool()>& cancelled, engine::Reporter& reporter,
                          const std::function<void(const Part&)>& begins = {});

// What it would do; changes nothing.
Part part_of(const installer::Installation& installation, const std::vector<std::string>& ignored,
             const Found& found = {});

// The host-by-host operation of this bundle is open, so this node's part may be unfinished although
// its version is the bundle's already.
bool part_is_open(const installer::Installation& installation);

} // namespace locum::upgrade
