// An upgrade whose last server was lost and removed, and who goes on with it or takes it back: what
// is decided before any agent is asked.

#include "tests/unit/upgrade/open_operation.hpp"
#include "upgrade/host_by_host.hpp"

using namespace locum;
using namespace locum::testing;
using cluster::fact::fence;
using cluster::fact::migration;
using engine::Kind;

namespace {

const std::vector<std::string> three{"node-1", "node-2", "node-3"};

} // namespace

TEST_CASE("server lost behind its fence: a rollback lifts it") {
    OpenOperation one(three);
    one.done({"node-3.last/barrier", "node-3.last/stop", "node-3.last/fence"});
    one.registry().set_fact(fence, "upgrade-1");
    SUBCASE("as it was left") {}
    SUBCASE("while it migrated, which changed nothing") {
        one.begun({"node-3.last/migrate"});
    }
    one.roll_back();
    CHECK(one.registry().fact(fence) == "");
    CHECK(one.state() == "rolled-back");
}

TEST_CASE("server lost behind its fence: with the database restored a rollback lifts it, too") {
    for (const bool host_by_host : {false, true}) {
        OpenOperation one(three, host_by_host);
        one.done({"node-3.last/fence", "node-3.last/migrate"});
        one.registry().set_fact(fence, "upgrade-1");
        one.registry().set_fact(migration, "part 1 of 2: a");
        one.roll_back(true);
        CHECK(one.registry().fact(fence) == "");
        CHECK(one.registry().fact(migration) == "");
        CHECK(one.state() == "rolled-back");
    }
}

TEST_CASE("server lost while it migrated: no rollback on half a migration") {
    OpenOperation one(three);
    one.done({"node-3.last/fence"});
    one.begun({"node-3.last/migrate"});
    one.registry().set_fact(fence, "upgrade-1");
    std::string found;
    SUBCASE("between two versions") {
        one.set_schema("1.5");
        found = "has schema 1.5 already, so the upgrade cannot be undone: version 1.0 needs 1";
    }
    SUBCASE("with its first command run") {
        one.registry().set_fact(migration, "part 1 of 2: a");
        found = "has schema 1, and its migration is begun (part 1 of 2: a), so the upgrade cannot";
    }
    SUBCASE("at the new version, and not at the end") {
        one.set_schema("2");
        one.registry().set_fact(migration, "part 1 of 2: a");
        found = "has schema 2, and its migration is begun (part 1 of 2: a), so the upgrade cannot";
    }
    const engine::Error error = error_of([&] { one.roll_back(); });
    CHECK(error.kind() == Kind::refused);
    CHECK(contains(error.what(), found));
    CHECK(contains(error.remedy(), "locum upgrade rollback --database-restored"));
    CHECK(one.registry().fact(fence) == "upgrade-1");
    CHECK(one.state() == "open: running"); // forward is still there
}

TEST_CASE("server lost, and one is left: the way back is offered as long as there is one") {
    OpenOperation one(three);
    one.done({"node-1/copy", "node-1/stop", "node-3.last/fence"});
    engine::Error error = error_of([&] { one.resume(); });
    CHECK(error.kind() == Kind::downtime_needed);
    CHECK(contains(error.remedy(), "locum upgrade resume --mode short-downtime"));
    CHECK(contains(error.remedy(), "locum upgrade rollback"));
    one.done({"node-3.last/migrate"});
    one.set_schema("2");
    error = error_of([&] { one.resume(); });
    CHECK(error.kind() == Kind::downtime_needed);
    CHECK(contains(error.remedy(), "locum upgrade resume --mode short-downtime"));
    CHECK(!contains(error.remedy(), "rollback"));
}

TEST_CASE("server lost half-way in a migration that cannot go on: no other is stopped for it") {
    OpenOperation one(three, true);
    one.add_server("node-2");
    one.done({"node-2/copy", "node-1/copy", "node-3.last/fence"});
    one.begun({"node-3.last/migrate"});
    one.registry().set_fact(migration, "part 1 of 2: a");
    one.set_schema("1.5");
    const installer::Installation& old = one.site().installation();
    const installer::Installation now{
        old.layout, old.answers, one.bundle(),
        installer::gather_facts(old.answers, one.bundle().manifest(), old.layout),
        "/nowhere/locum"};
    for (const engine::Error& error :
         {error_of([&] { upgrade::part_of(now, {}); }), error_of([&] { one.resume(); })}) {
        CHECK(error.kind() == Kind::needs_attention);
        CHECK(contains(error.what(), "the schema version is 1.5, from which it cannot go on to 2"));
        CHECK(contains(error.remedy(), "locum upgrade rollback --database-restored"));
    }
}

TEST_CASE("server lost that migrated, host by host: no other becomes the last") {
    OpenOperation one(three, true);
    one.add_server("node-2");
    one.done({"node-2/copy", "node-1/copy", "node-3.last/fence", "node-3.last/migrate"});
    one.set_schema("2");
    SUBCASE("all on copies") {}
    SUBCASE("one is back") {
        one.done({"node-3.last/normal-mode", "node-2.return/drain"});
    }
    SUBCASE("one is back, and node-1 was killed while it began to be the last") {
        one.done({"node-3.last/normal-mode", "node-2.return/drain"});
        one.begun({"node-1.last/barrier"});
    }
    const installer::Installation& old = one.site().installation();
    const installer::Installation now{
        old.layout, old.answers, one.bundle(),
        installer::gather_facts(old.answers, one.bundle().manifest(), old.layout),
        "/nowhere/locum"};
    const engine::Error error = error_of([&] { upgrade::part_of(now, {}); });
    CHECK(error.kind() == Kind::unfinished);
    CHECK(error.remedy() == "locum upgrade resume");
}
