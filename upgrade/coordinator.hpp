#pragma once
// Runs an upgrade of the whole cluster from one node: `locum upgrade plan | run | resume |
// rollback`.

#include "engine/runner.hpp"
#include "upgrade/plans.hpp"

#include <optional>

namespace locum::upgrade {

enum class WantedMode { automatic, rolling, short_downtime };

struct Request {
    cluster::Layout layout;
    std::string bundle; // path; may be empty for resume and rollback
    WantedMode mode = WantedMode::automatic;
    std::vector<std::string> ignored; // names of findings that are to be warnings
    std::function<bool()> cancelled;
};

struct Forecast {
    UpgradeMode mode = UpgradeMode::rolling;
    Verdict verdict;
    std::vector<engine::Finding> findings;
    std::string title;
    std::vector<engine::PlanLine> plan; // empty: the cluster runs this bundle already
};

// What `run` would do; changes nothing.
Forecast forecast(const Request& request);

// Throws Error: refused (preflight), downtime_needed (--mode auto and rolling is not possible),
// busy, paused, failed with everything undone.
void run(const Request& request, engine::Reporter& reporter);
// Goes on with the open operation. Throws Error(usage) where none is open.
void resume(const Request& request, engine::Reporter& reporter);
// Takes the open operation back. Throws Error(refused) after the point of no return.
void roll_back(const Request& request, engine::Reporter& reporter);

} // namespace locum::upgrade
