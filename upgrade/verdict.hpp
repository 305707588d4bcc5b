#pragma once
// Whether and how the cluster can get to a version: a pure function of manifest and facts.

#include "upgrade/facts.hpp"

namespace locum::upgrade {

// rolling: on copies. in_place: one server after the other, all on the productive database.
enum class UpgradeMode { rolling, in_place, short_downtime };
std::string_view name(UpgradeMode mode);
UpgradeMode upgrade_mode(std::string_view name);

// In which order servers and schema may change while servers work on the productive database. The
// manifest's [compatibility] decides; where both orders are safe, the servers go first, since then
// nothing irreversible happens before the end.
enum class InPlace { unsafe, servers_only, servers_first, schema_first };
// from: the schema that the database had when the upgrade began.
InPlace in_place_order(const suite::Manifest& to, const std::string& from);
// The order and what makes it safe, or what makes each order unsafe; one sentence.
std::string why(InPlace order, const suite::Manifest& to, const std::string& from);

struct Verdict {
    bool rolling = true;              // possible on copies
    std::vector<std::string> reasons; // why not
    InPlace in_place = InPlace::unsafe;
    // Why the servers cannot go one after the other at all: too few, or no balancer.
    std::vector<std::string> alone;
    bool can_go_in_place() const { return in_place != InPlace::unsafe && alone.empty(); }
};

// The answer of `upgrade plan`, in one word.
enum class Way {
    nothing_to_do,
    rolling_possible, // on copies, or in place
    downtime_needed,
    go_through, // another version first
};
std::string_view name(Way way); // "rolling-possible"
// That this verdict allows.
Way way_of(const Verdict& verdict);

// Throws Error: refused (older over newer), version_between (no way from the schema that is there).
Verdict verdict(const suite::Manifest& to, const ClusterFacts& facts);

// What speaks against beginning now.
std::vector<engine::Finding> preflight(const suite::Manifest& to, const ClusterFacts& facts,
                                       UpgradeMode mode);

} // namespace locum::upgrade
