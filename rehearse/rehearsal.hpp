#pragma once
// An upgrade tried out on throw-away nodes of this machine: by the real engine, on a real database,
// under a load.

#include "engine/reporter.hpp"
#include "rehearse/options.hpp"
#include "rehearse/report.hpp"

#include <functional>

namespace locum::rehearse {

// Installs the nodes, upgrades them, and says of each claim whether it holds; what follows a claim
// that does not hold, and needs it, is skipped. All that it started has ended, and its folders are
// gone (but with options.keep), when it returns. Throws Error(usage) for options that are wrong;
// whatever else goes wrong is in the report. cancelled: asked often; true ends it.
Report rehearse(const Options& options, const std::function<bool()>& cancelled,
                engine::Reporter& reporter);

} // namespace locum::rehearse
