#pragma once
// Runs an upgrade of the whole cluster from one node: `locum upgrade plan | run | resume |
// rollback`.

#include "engine/runner.hpp"
#include "installer/while_busy.hpp"
#include "upgrade/plans.hpp"
#include "upgrade/rehearsed.hpp"

#include <optional>

namespace locum::upgrade {

struct Request {
    cluster::Layout layout;
    std::string bundle; // path; may be empty for resume and rollback
    // nullopt: the best one that needs no downtime. Of resume only short_downtime counts, where one
    // is needed since all other servers are gone.
    std::optional<UpgradeMode> mode;
    std::vector<std::string> ignored; // names of findings that are to be warnings
    // For roll_back: the operator has restored the productive database as it was before the
    // migration.
    bool restored = false;
    std::function<bool()> cancelled;
    // For run: told what speaks against beginning now, or for care, before anything is changed. May
    // be empty.
    std::function<void(const std::vector<engine::Finding>&)> found;
    // Told when one of several hops is done.
    std::function<void()> hop_done = {};
    // Of run, with whoever holds the lease; 0: none.
    installer::Patience patience = {};
};

struct Forecast {
    std::string from;
    std::string to;
    Way way = Way::nothing_to_do;
    std::vector<std::string> reasons; // for a downtime, for another version first
    std::vector<std::string> through; // schemas that this version upgrades from, of go_through
    // What `run` would refuse with: downtime_needed where none was asked for, version_between. Then
    // there is neither mode nor plan.
    std::optional<engine::Error> refused;
    UpgradeMode mode = UpgradeMode::rolling;
    std::string order;    // of servers and schema, and why it is safe
    std::string in_place; // the same for --mode in-place, or why none is
    Verdict verdict;
    std::vector<engine::Finding> findings;
    std::string title;
    std::optional<Rehearsed> rehearsed; // of this upgrade, on a copy of this database
    std::vector<engine::PlanLine> plan; // empty: the cluster runs this bundle already
    // Where the new version is reached through others: each upgrade, with a plan of its own. Then
    // way, refused and findings are of all together, as far as that is known before the first.
    std::vector<Forecast> hops = {};
};

// Where the new version does not upgrade the cluster directly, but through versions that its bundle
// carries, all of this goes hop by hop (decision 0028): each is an operation of its own.

// What `run` would do; changes nothing. Throws Error: refused for an older version over a newer
// one, or a mode that is not possible.
Forecast forecast(const Request& request);

// Returns false where the cluster runs this bundle already. Throws Error: refused (preflight),
// downtime_needed (none was asked for and none can be avoided), busy, paused, failed with
// everything undone.
bool run(const Request& request, engine::Reporter& reporter);
// Goes on with the open operation, and with the hops that follow it. Throws Error(paused) where
// these cannot follow since their bundle is not at hand. Returns false where that was to take it
// back. Throws Error: usage where none is open; downtime_needed.
bool resume(const Request& request, engine::Reporter& reporter);
// Takes the open operation back; of several hops that one only. Throws Error(refused) after the
// point of no return, unless the database was restored: then what is proven of it is that it has
// the schema version of before.
void roll_back(const Request& request, engine::Reporter& reporter);

} // namespace locum::upgrade
