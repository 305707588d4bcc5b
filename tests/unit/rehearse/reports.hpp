#pragma once
// Reports of rehearsals that there never were.

#include "rehearse/report.hpp"

#include <string>
#include <utility>
#include <vector>

namespace locum::testing {

using rehearse::Claim;
using rehearse::Outcome;
using rehearse::Report;

inline Claim claim(const std::string& id, Outcome outcome,
                   engine::Kind kind = engine::Kind::failed) {
    Claim made{id, id + " holds", outcome};
    made.kind = kind;
    made.seconds = outcome == Outcome::skipped ? 0 : 1.25;
    return made;
}

inline Report report(std::vector<Claim> claims) {
    Report made;
    made.locum = "0.1";
    made.suite = "small";
    made.from = "1.0";
    made.to = "2.0";
    made.mode = "rolling";
    made.datasource = "postgresql";
    made.nodes = 3;
    made.began = "2026-11-28T18:00:00Z";
    made.seconds = 12.5;
    made.verdict = "rolling-possible";
    made.claims = std::move(claims);
    return made;
}

// All that a report can hold, with what markup trips over.
inline Report hostile() {
    Report made = report({claim("bundles", Outcome::passed), claim("upgrade", Outcome::failed),
                          claim("schema", Outcome::skipped)});
    made.claims[0].found = "a & b <c> \"d\" 'e'";
    made.claims[1].found = "]]> \x01\x1b[31m \xff\xfe <script>alert(1)</script>";
    made.claims[1].remedy = "see <b>";
    made.reasons = {"<reason>"};
    made.upgrade.out_of_rotation_ms = {{"node-1", 1500}};
    made.upgrade.outage_ms = 2500;
    made.clients.emplace();
    made.clients->what = "load <x>";
    made.clients->ended = "exit code 1";
    made.clients->last_said = "last </pre> line \xff";
    made.measured = {5 << 20, 12'300, 900, 300, 200, upgrade::Locks{{"<device>", 150}, {}, 12}, {}};
    made.excerpts = {{"node-1/log", "<tag> & \x02 end"}};
    return made;
}

} // namespace locum::testing
