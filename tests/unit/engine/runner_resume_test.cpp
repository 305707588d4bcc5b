// A run that is killed at any boundary between records, and taken up by another process.

#include "tests/unit/engine/world.hpp"

using namespace locum;
using namespace locum::testing;
using engine::Mark;
using engine::OnFailure;

namespace {

// What one process makes of the operation's inputs; the world outlives it.
engine::Plan plan_for(World& world) {
    engine::Plan plan;
    plan.add(put(world, "stage/1"), OnFailure::undo_all);
    for (const char* node : {"node-1", "node-2"})
        for (const char* action : {"/drain", "/switch", "/start"})
            plan.add(put(world, std::string(node) + action), OnFailure::undo_group_then_stop);
    plan.add(put(world, "end/1"), OnFailure::stop);
    return plan;
}

const engine::Run current{"operation", 1, "inputs", nullptr};

// Who did what; the result of a step whose DONE was lost is lost with it.
std::vector<std::string> marks(const engine::MemoryJournal& journal) {
    std::vector<std::string> all;
    for (const engine::Record& record : journal.all)
        all.push_back(record.step +
                      (record.mark == Mark::intent ? " begun: " + record.text : " done"));
    return all;
}

World fresh_world() {
    World world;
    world.put("node-1/switch", "old");
    world.put("node-2/start", "new"); // so already
    world.put("foreign", "thing");
    return world;
}

// Runs f with a journal that kills it at the boundary; false: f came to its end.
bool killed(engine::Journal& journal, std::size_t boundary,
            const std::function<void(engine::Journal&)>& f) {
    WatchedJournal watched(journal, killed_at(boundary));
    try {
        f(watched);
    } catch (const Killed&) {
        return true;
    }
    return false;
}

} // namespace

TEST_CASE("killed at each boundary and resumed: the same world, each step's memo the first one") {
    engine::SilentReporter silent;
    World uninterrupted = fresh_world();
    engine::MemoryJournal whole;
    engine::run(plan_for(uninterrupted), current, whole, silent);
    const std::size_t boundaries = 2 * whole.all.size();
    REQUIRE(boundaries == 2 * (2 * 7 + 1)); // node-2/start is so already: DONE only

    for (std::size_t boundary = 0; boundary < boundaries; ++boundary) {
        CAPTURE(boundary);
        World world = fresh_world();
        engine::MemoryJournal journal;
        REQUIRE(killed(journal, boundary, [&](engine::Journal& watched) {
            engine::run(plan_for(world), current, watched, silent);
        }));
        engine::run(plan_for(world), current, journal, silent);
        CHECK(world.text() == uninterrupted.text());
        CHECK(marks(journal) == marks(whole));
        engine::roll_back(plan_for(world), current, journal, silent);
        CHECK(world.text() == fresh_world().text());
    }
}

TEST_CASE("killed twice: in the first run, and again in the one that took it up") {
    engine::SilentReporter silent;
    World uninterrupted = fresh_world();
    engine::MemoryJournal whole;
    engine::run(plan_for(uninterrupted), current, whole, silent);
    for (std::size_t first = 0; first < 28; first += 3) {
        for (std::size_t second = 0; second < 28; second += 5) {
            World world = fresh_world();
            engine::MemoryJournal journal;
            auto run = [&](engine::Journal& watched) {
                engine::run(plan_for(world), current, watched, silent);
            };
            REQUIRE(killed(journal, first, run));
            killed(journal, second, run);
            run(journal);
            REQUIRE(world.text() == uninterrupted.text());
        }
    }
}

TEST_CASE("killed at each boundary of a roll back, and rolled back again: the world of before") {
    engine::SilentReporter silent;
    World there_and_back = fresh_world();
    engine::MemoryJournal whole;
    engine::run(plan_for(there_and_back), current, whole, silent);
    const std::size_t there = whole.all.size();
    engine::roll_back(plan_for(there_and_back), current, whole, silent);
    const std::size_t boundaries = 2 * (whole.all.size() - there);
    REQUIRE(boundaries == 2 * (2 * 7 + 1)); // INTENT and UNDONE; node-2/start was not ours
    for (std::size_t boundary = 0; boundary < boundaries; ++boundary) {
        CAPTURE(boundary);
        World world = fresh_world();
        engine::MemoryJournal journal;
        engine::run(plan_for(world), current, journal, silent);
        REQUIRE(killed(journal, boundary, [&](engine::Journal& watched) {
            engine::roll_back(plan_for(world), current, watched, silent);
        }));
        engine::roll_back(plan_for(world), current, journal, silent);
        CHECK(world.text() == fresh_world().text());
    }
}

TEST_CASE(
    "killed while a failure is undone: resumed it goes forward, rolled back it is as before") {
    engine::SilentReporter silent;
    World uninterrupted = fresh_world();
    engine::MemoryJournal whole;
    engine::run(plan_for(uninterrupted), current, whole, silent);
    for (std::size_t boundary = 0; boundary < 2 * 16; ++boundary) {
        for (bool forward : {true, false}) {
            CAPTURE(boundary);
            World world = fresh_world();
            world.failing = {"node-2/switch"};
            engine::MemoryJournal journal;
            try {
                killed(journal, boundary, [&](engine::Journal& watched) {
                    engine::run(plan_for(world), current, watched, silent);
                });
            } catch (const engine::Error&) { // it failed before it could be killed
            }
            world.failing.clear();
            if (forward)
                engine::run(plan_for(world), current, journal, silent);
            else
                engine::roll_back(plan_for(world), current, journal, silent);
            CHECK(world.text() == (forward ? uninterrupted : fresh_world()).text());
        }
    }
}

TEST_CASE("begun but not recorded as done: the probe decides whether it is applied again") {
    for (bool had_its_effect : {true, false}) {
        World world;
        engine::MemoryJournal journal;
        KeepingReporter reporter;
        journal.append({"operation", 1, "a/1", Mark::intent, "inputs", "the memo"});
        if (had_its_effect)
            world.put("a/1", "new");
        engine::Plan plan;
        plan.add(put(world, "a/1"), OnFailure::stop);
        engine::run(plan, current, journal, reporter);
        CHECK(world.applied.size() == (had_its_effect ? 0 : 1));
        REQUIRE(journal.all.size() == 2);
        CHECK(journal.all[1].mark == Mark::done);
        CHECK(reporter.lines.back() ==
              (had_its_effect ? "a/1 already" : "a/1 done (result of a/1)"));
        engine::roll_back(plan, current, journal, reporter);
        CHECK(world.at("a/1") == "the memo"); // what undo gets is what was recorded
    }
}

TEST_CASE("a journal that cannot be written stops the step before its effect") {
    World world;
    engine::MemoryJournal journal;
    engine::SilentReporter silent;
    engine::Plan plan;
    plan.add(put(world, "a/1"), OnFailure::stop);
    WatchedJournal full(journal, [](const engine::Record&, WatchedJournal::When) {
        throw engine::Error("No space left on device");
    });
    const engine::Error error = error_of([&] { engine::run(plan, current, full, silent); });
    CHECK(contains(error.what(), "No space left"));
    CHECK(world.text() == "");
}

TEST_CASE("a resumed run leaves alone what later steps were taken on top of") {
    // drain is undone by undrain on purpose: its probe says "no" from then on.
    std::set<std::string> out;
    std::vector<std::string> applied;
    bool broken = true;
    auto step = [&](const std::string& id, std::function<bool()> probe,
                    std::function<void()> apply) {
        return engine::Step{id,
                            id,
                            std::move(probe),
                            nullptr,
                            [&applied, id, apply](engine::Reporter&) {
                                applied.push_back(id);
                                apply();
                                return std::string();
                            },
                            nullptr,
                            engine::NothingToUndo{}};
    };
    engine::Plan plan;
    auto add = [&](engine::Step added) { plan.add(std::move(added), engine::OnFailure::stop); };
    add(step(
        "n/drain", [&] { return out.contains("n"); }, [&] { out.insert("n"); }));
    add(step(
        "n/evict", [&] { return out.contains("n"); }, [] {})); // so already: recorded as passed
    add(step(
        "n/undrain", [&] { return !out.contains("n"); }, [&] { out.erase("n"); }));
    add(step(
        "n/end", [] { return false; },
        [&] {
            if (broken)
                throw engine::Error("not yet");
        }));
    engine::MemoryJournal journal;
    engine::SilentReporter silent;
    CHECK_THROWS_AS(engine::run(plan, current, journal, silent), engine::Error);
    broken = false;
    applied.clear();
    engine::run(plan, current, journal, silent);
    CHECK(applied == std::vector<std::string>{"n/end"});
    CHECK(out.empty());
}

TEST_CASE("half taken back, and others went on: it is applied again, not taken for done") {
    // A plan of another host's turn lacks the first group; the whole plan has both.
    for (bool killed_in_undo : {true, false}) {
        World world;
        engine::MemoryJournal journal;
        engine::SilentReporter silent;
        engine::Plan first;
        first.add(put(world, "node-1/drain"), OnFailure::undo_group_then_stop);
        first.add(put(world, "node-1/stop"), OnFailure::undo_group_then_stop);
        engine::Plan second;
        second.add(put(world, "node-2/drain"), OnFailure::undo_group_then_stop);
        engine::Plan whole;
        for (const char* id : {"node-1/drain", "node-1/stop", "node-2/drain"})
            whole.add(put(world, id), OnFailure::undo_group_then_stop);

        auto& undo = std::get<engine::Undo>(first.steps[0].step.undo);
        undo.run = [&](const std::string& memo) {
            world.put("node-1/drain", memo);
            if (killed_in_undo)
                throw Killed();
            throw engine::Error("a balancer is away", engine::Kind::paused);
        };
        world.failing = {"node-1/stop"};
        if (killed_in_undo)
            CHECK_THROWS_AS(engine::run(first, current, journal, silent), Killed);
        else
            CHECK_THROWS_AS(engine::run(first, current, journal, silent), engine::Error);
        CHECK(world.text() == "");
        world.failing.clear();
        engine::run(second, current, journal, silent);
        world.applied.clear();
        engine::run(whole, current, journal, silent);
        CHECK(world.applied == Names{"node-1/drain", "node-1/stop"});
        CHECK(world.text() == "node-1/drain=new\nnode-1/stop=new\nnode-2/drain=new\n");
    }
}

TEST_CASE("a run that was superseded says so and undoes nothing, whatever the policy") {
    for (OnFailure policy : {OnFailure::undo_all, OnFailure::undo_group_then_stop, OnFailure::stop,
                             OnFailure::skip_group}) {
        for (bool while_it_fails : {false, true}) {
            World world;
            engine::Plan plan;
            for (const char* id : {"a/1", "a/2", "b/1"})
                plan.add(put(world, id), policy);
            if (while_it_fails)
                world.failing = {"a/1"};
            engine::MemoryJournal journal;
            engine::SilentReporter silent;
            engine::Run run = current;
            run.superseded = [&] { return !world.applied.empty(); };
            const engine::Error error = error_of([&] { engine::run(plan, run, journal, silent); });
            CHECK(error.kind() == engine::Kind::busy);
            CHECK(contains(error.what(), "another process has taken the operation over"));
            CHECK(world.text() == "a/1=new\n");
            CHECK(world.applied == Names{"a/1"});
        }
    }
}
