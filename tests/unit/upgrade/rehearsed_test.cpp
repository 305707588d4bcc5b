#include "tests/support/scratch.hpp"
#include "upgrade/rehearsed.hpp"

#include <nlohmann/json.hpp>

using namespace locum;
using namespace locum::testing;
using engine::Mark;
using upgrade::Build;
using upgrade::Measured;
using upgrade::Rehearsed;

namespace {

const Build old_build{"1.0", std::string(64, 'a')};
const Build new_build{"2.0", std::string(64, 'b')};

Rehearsed one() {
    Rehearsed made{"2026-11-28T18:00:00Z", old_build, new_build, "rolling", true, {}};
    made.measured = {5 << 20,
                     12'300,
                     900,
                     300,
                     200,
                     upgrade::Locks{{"device", 150}, {}, 12},
                     upgrade::Space{5 << 20, 7 << 20, 2 << 20, 3 << 20}};
    return made;
}

// A node's folder with this as what is kept.
struct Kept {
    Scratch scratch;
    cluster::Layout layout{scratch.path(), "small"};
    Kept() { platform::make_folders(layout.state()); }
    void keep(const std::string& text) const {
        platform::write_file(layout.state_file("rehearsed.json"), text, 0600);
    }
    upgrade::Recalled recalled(const Build& from = old_build, const Build& to = new_build) const {
        return upgrade::recall(layout, from, to);
    }
};

} // namespace

TEST_CASE("rehearsed: durations from the moments of an operation's steps") {
    const Measured found = upgrade::measured({{"stage/node-1", Mark::intent, 1000},
                                              {"stage/node-1", Mark::done, 1500},
                                              {"node-1/copy", Mark::intent, 2000},
                                              {"node-1/copy", Mark::done, 2400},
                                              {"node-2/copy", Mark::intent, 3000},
                                              {"node-2/copy", Mark::done, 3900},
                                              {"node-3.last/backup", Mark::intent, 4000},
                                              {"node-3.last/backup", Mark::done, 4300},
                                              {"node-3.last/migrate", Mark::intent, 5000},
                                              {"node-3.last/migrate", Mark::done, 5200},
                                              {"end/version", Mark::intent, 6000},
                                              {"end/version", Mark::done, 6100}});
    CHECK(found.longest_copy_ms == 900);
    CHECK(found.backup_ms == 300);
    CHECK(found.migration_ms == 200);
    CHECK(found.upgrade_ms == 5100);
    CHECK(upgrade::measured({}).upgrade_ms == 0);
}

TEST_CASE("rehearsed: kept, and found for the same pair of versions only") {
    const Kept kept;
    CHECK(!kept.recalled().rehearsed);
    CHECK(kept.recalled().findings.empty());
    CHECK(upgrade::keep_rehearsed(kept.layout, one()) == kept.layout.state_file("rehearsed.json"));
    CHECK(platform::has_mode(permissions(kept.layout.state_file("rehearsed.json")), 0600));
    const auto found = kept.recalled().rehearsed;
    REQUIRE(found);
    CHECK(json_of(*found) == json_of(one()));
    CHECK(
        to_lines(*found) ==
        std::vector<std::string>{
            "held on 2026-11-28T18:00:00Z, rolling: 12.3 s, of these the longest copy 0.9 s, the "
            "backup 0.3 s, the migration 0.2 s; a database of 6 MB",
            "locks: a table could not be written for 150 ms (device), nor read for under 12 ms; "
            "looked at every 12 ms at least",
            "space: the database 6 MB before, 8 MB after; the backup 3 MB; the largest copy 4 MB"});
    CHECK(!kept.recalled(old_build, {"2.1", new_build.sha256}).rehearsed);
    CHECK(!kept.recalled({"1.1", old_build.sha256}, new_build).rehearsed);
    CHECK(kept.recalled({"1.1", old_build.sha256}, new_build).findings.empty());
}

TEST_CASE("rehearsed: of another build of one of the versions it is a warning, and no forecast") {
    const Kept kept;
    upgrade::keep_rehearsed(kept.layout, one());
    const std::string other(64, 'c');
    for (const upgrade::Recalled& recalled :
         {kept.recalled(old_build, {"2.0", other}), kept.recalled({"1.0", other}, new_build)}) {
        CHECK(!recalled.rehearsed);
        REQUIRE(recalled.findings.size() == 1);
        const engine::Finding& finding = recalled.findings.front();
        CHECK(finding.name == "rehearsal-record");
        CHECK(finding.severity == engine::Severity::warning);
        CHECK(finding.found.starts_with("what was rehearsed on 2026-11-28T18:00:00Z is another "
                                        "build of "));
        CHECK(finding.remedy.starts_with("rehearse again: "));
    }
    // As an earlier Locum has kept it.
    nlohmann::json value = json_of(one());
    value.erase("from-sha256");
    value.erase("to-sha256");
    kept.keep(value.dump());
    CHECK(!kept.recalled().rehearsed);
    REQUIRE(kept.recalled().findings.size() == 1);
    CHECK(contains(kept.recalled().findings[0].found, "is an unknown build of 1.0"));
}

TEST_CASE("rehearsed: what is shorter than one can see is no zero, what is long is in seconds") {
    Measured measured = one().measured;
    measured.locks = upgrade::Locks{{"device", 2340}, {"device", 12}, 12};
    CHECK(to_lines(measured).at(1) == "locks: a table could not be written for 2.3 s (device), nor "
                                      "read for under 12 ms; looked at every 12 ms at least");
    measured.longest_copy_ms = 0;
    measured.migration_ms = 0; // the schema stays
    measured.space = upgrade::Space{5 << 20, 7 << 20, 0, 35'000};
    CHECK(to_lines(measured) ==
          std::vector<std::string>{
              "12.3 s, of these the backup 0.3 s, the migration 0.0 s; a database of 6 MB",
              "space: the database 6 MB before, 8 MB after; the largest copy under 1 MB"});
}

TEST_CASE("rehearsed: a record of an earlier version lacks locks and space, and says so") {
    const Kept kept;
    kept.keep(R"({"kind": "rehearsed", "format": 1, "when": "2026-11-28T18:00:00Z", "from": "1.0",
        "to": "2.0", "mode": "rolling", "passed": false, "database-bytes": 5242880,
        "from-sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "to-sha256": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
        "upgrade-ms": 12300, "longest-copy-ms": 900, "backup-ms": 300, "migration-ms": 200})");
    const upgrade::Recalled recalled = kept.recalled();
    CHECK(recalled.findings.empty());
    REQUIRE(recalled.rehearsed);
    const std::vector<std::string> lines = to_lines(*recalled.rehearsed);
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].starts_with("did not hold on 2026-11-28T18:00:00Z, rolling: 12.3 s, "));
    CHECK(lines[1] == "locks: not measured apart; held no longer than the migration took");
    CHECK(lines[2] == "space: not measured");
    CHECK(json_of(*recalled.rehearsed).at("locks").is_null());
    CHECK(json_of(*recalled.rehearsed).at("space").is_null());
}

TEST_CASE("rehearsed: a damaged record is a warning with the way out, and no reason not to plan") {
    const Kept kept;
    nlohmann::json negative = json_of(one());
    negative["migration-ms"] = -1;
    nlohmann::json half = json_of(one());
    half["locks"].erase("resolution-ms");
    nlohmann::json worded = json_of(one());
    worded["space"] = "much";
    for (const std::string& text :
         {std::string("{\"from\": 1"), std::string(), std::string("[]"), std::string("\xff\xfe"),
          negative.dump(), half.dump(), worded.dump()}) {
        CAPTURE(text);
        kept.keep(text);
        const upgrade::Recalled recalled = kept.recalled();
        CHECK(!recalled.rehearsed);
        REQUIRE(recalled.findings.size() == 1);
        const engine::Finding& finding = recalled.findings.front();
        CHECK(finding.name == "rehearsal-record");
        CHECK(finding.severity == engine::Severity::warning);
        CHECK(contains(finding.found, "rehearsed.json cannot be used: "));
        CHECK(finding.remedy ==
              "rehearse again: locum rehearse OLD NEW --from-productive " + kept.layout.root);
    }
    // Which the next rehearsal writes over.
    upgrade::keep_rehearsed(kept.layout, one());
    CHECK(kept.recalled().rehearsed);
    // Nor one that cannot be read at all.
    platform::remove_all(kept.layout.state_file("rehearsed.json"));
    platform::make_folders(kept.layout.state_file("rehearsed.json"));
    CHECK(kept.recalled().findings.size() == 1);
}
