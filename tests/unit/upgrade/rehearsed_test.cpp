#include "tests/support/scratch.hpp"
#include "upgrade/rehearsed.hpp"

using namespace locum;
using namespace locum::testing;
using engine::Mark;
using upgrade::Rehearsed;

TEST_CASE("rehearsed: durations from the moments of an operation's steps") {
    const Rehearsed found = upgrade::measured({{"stage/node-1", Mark::intent, 1000},
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
    const Scratch scratch;
    const cluster::Layout layout{scratch.path(), "small"};
    CHECK(!upgrade::rehearsed_before(layout, "1.0", "2.0"));
    platform::make_folders(layout.state());
    Rehearsed one;
    one.when = "2026-11-28T18:00:00Z";
    one.from = "1.0";
    one.to = "2.0";
    one.mode = "rolling";
    one.passed = true;
    one.database_bytes = 5 << 20;
    one.upgrade_ms = 12'300;
    one.longest_copy_ms = 900;
    one.backup_ms = 300;
    one.migration_ms = 200;
    upgrade::keep_rehearsed(layout, one);
    CHECK(permissions(layout.state_file("rehearsed.json")) == 0600);
    const auto found = upgrade::rehearsed_before(layout, "1.0", "2.0");
    REQUIRE(found);
    CHECK(to_json(*found) == to_json(one));
    CHECK(to_line(*found) ==
          "held on 2026-11-28T18:00:00Z, rolling: 12.3 s, of these the longest copy 0.9 s, the "
          "backup 0.3 s, the migration and its locks 0.2 s; a database of 6 MB");
    CHECK(!upgrade::rehearsed_before(layout, "1.0", "2.1"));
    CHECK(!upgrade::rehearsed_before(layout, "1.1", "2.0"));
}

TEST_CASE("rehearsed: a damaged file is told with its name") {
    const Scratch scratch;
    const cluster::Layout layout{scratch.path(), "small"};
    platform::make_folders(layout.state());
    platform::write_file(layout.state_file("rehearsed.json"), "{\"from\": 1", 0600);
    const engine::Error error = error_of([&] { upgrade::rehearsed_before(layout, "1.0", "2.0"); });
    CHECK(contains(error.what(), "rehearsed.json is damaged"));
    CHECK(!error.remedy().empty());
}
