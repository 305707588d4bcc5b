// Undos that fail, and steps that have none.

#include "tests/unit/engine/world.hpp"

#include <fmt/format.h>

using namespace locum;
using namespace locum::testing;
using engine::Kind;
using engine::OnFailure;

TEST_CASE("undo that fails: both errors, and by step id what was undone and what was not") {
    Bench bench;
    for (const char* id : {"a/1", "a/2", "b/3", "b/4"})
        bench.add(put(bench.world, id));
    bench.world.failing = {"b/4"};
    bench.world.failing_undo = {"a/2"};
    const engine::Error error = error_of([&] { bench.run(); });
    CHECK(error.kind() == Kind::needs_attention);
    CHECK(std::string(error.what()) == "b/4: no b/4\n"
                                       "  undone: b/4, b/3\n"
                                       "  a/2 was not undone: cannot take back a/2\n"
                                       "  left, since a/2 rests on them: a/1");
    CHECK(error.remedy() == "by hand: a/2");
    CHECK(bench.world.text() == "a/1=new\na/2=new\n");

    // Mended by hand, the rest goes back.
    bench.world.failing_undo.clear();
    bench.roll_back();
    CHECK(bench.world.text() == "");
    CHECK(bench.world.taken_back == Names{"b/4", "b/3", "a/2", "a/1"});
}

TEST_CASE("undo that fails at once: nothing is said to be undone") {
    Bench bench;
    bench.add(put(bench.world, "a/1"));
    bench.world.failing = {"a/1"};
    bench.world.failing_undo = {"a/1"};
    const engine::Error error = error_of([&] { bench.run(); });
    CHECK(error.kind() == Kind::needs_attention);
    CHECK(std::string(error.what()) == "a/1: no a/1\n  a/1 was not undone: cannot take back a/1");
}

TEST_CASE("undo that throws something foreign is reported as one that failed") {
    Bench bench;
    bench.add(put(bench.world, "a/1"));
    bench.world.failing = {"a/1"};
    bench.plan.steps[0].step.undo =
        engine::Undo{[](const std::string&) { throw std::runtime_error("out of luck"); }};
    const engine::Error error = error_of([&] { bench.run(); });
    CHECK(error.kind() == Kind::needs_attention);
    CHECK(contains(error.what(), "a/1 was not undone: unexpected: out of luck"));
}

TEST_CASE("roll back: an undo that fails is named, with what was undone before it") {
    Bench bench;
    for (const char* id : {"a/1", "a/2", "b/3"})
        bench.add(put(bench.world, id));
    bench.run();
    bench.world.failing_undo = {"a/2"};
    const engine::Error error = error_of([&] { bench.roll_back(); });
    CHECK(error.kind() == Kind::needs_attention);
    CHECK(std::string(error.what()) == "rolled back in part:\n"
                                       "  undone: b/3\n"
                                       "  a/2 was not undone: cannot take back a/2\n"
                                       "  left, since a/2 rests on them: a/1");
    CHECK(!error.remedy().empty());
    bench.world.failing_undo.clear();
    bench.roll_back();
    CHECK(bench.world.text() == "");
}

TEST_CASE("an undo that must wait: paused, what it rests on stays, and run or roll back goes on") {
    for (bool forward : {true, false}) {
        Bench bench;
        for (const char* id : {"a/1", "a/2", "a/3", "b/4"})
            bench.add(put(bench.world, id), OnFailure::undo_group_then_stop);
        bool away = true; // what taking a/2 back needs
        const auto take_back = std::get<engine::Undo>(bench.plan.steps[1].step.undo).run;
        bench.plan.steps[1].step.undo = engine::Undo{[&](const std::string& memo) {
            if (away)
                throw engine::Error("a/2 is away", Kind::paused).remedy("bring a/2 back");
            take_back(memo);
        }};
        bench.world.failing = {"a/3"};
        engine::Error error = error_of([&] { bench.run(); });
        CHECK(error.kind() == Kind::paused);
        CHECK(std::string(error.what()) == "a/3: no a/3\n"
                                           "  undone: a/3\n"
                                           "  a/2 was not undone: a/2 is away\n"
                                           "  left, since a/2 rests on them: a/1");
        CHECK(error.remedy() == "bring a/2 back");

        error = error_of([&] { bench.roll_back(); });
        CHECK(error.kind() == Kind::paused);
        CHECK(std::string(error.what()) == "rolled back in part:\n"
                                           "  a/2 was not undone: a/2 is away\n"
                                           "  left, since a/2 rests on them: a/1");
        CHECK(bench.world.text() == "a/1=new\na/2=new\n");

        away = false;
        bench.world.failing.clear();
        forward ? bench.run() : bench.roll_back();
        CHECK(bench.world.text() == (forward ? "a/1=new\na/2=new\na/3=new\nb/4=new\n" : ""));
    }
}

TEST_CASE("an undo that may wait: what is earlier is taken back all the same, unless it breaks") {
    for (bool broken : {true, false}) {
        Bench bench;
        for (const char* id : {"a/1", "a/2", "a/3", "a/4"})
            bench.add(put(bench.world, id), OnFailure::undo_group_then_stop);
        for (std::size_t i : {1, 2})
            bench.plan.steps[i].step.undo =
                engine::Undo{.run =
                                 [broken, i](const std::string&) {
                                     throw engine::Error(fmt::format("{} is away", i),
                                                         broken ? Kind::failed : Kind::paused)
                                         .remedy(fmt::format("bring {} back", i));
                                 },
                             .may_wait = true};
        bench.world.failing = {"a/4"};
        const engine::Error error = error_of([&] { bench.run(); });
        if (broken) {
            CHECK(error.kind() == Kind::needs_attention);
            CHECK(contains(error.what(), "left, since a/3 rests on them: a/2, a/1"));
        } else {
            CHECK(error.kind() == Kind::paused);
            CHECK(std::string(error.what()) == "a/4: no a/4\n"
                                               "  undone: a/4, a/1\n"
                                               "  a/3 was not undone: 2 is away\n"
                                               "  a/2 was not undone: 1 is away");
            CHECK(error.remedy() == "bring 2 back");
            CHECK(bench.world.text() == "a/2=new\na/3=new\n");
        }
    }
}

TEST_CASE("an undo that finds the operation taken over by another process: busy") {
    Bench bench;
    bench.add(put(bench.world, "a/1"), OnFailure::undo_group_then_stop);
    bench.world.failing = {"a/1"};
    bench.plan.steps[0].step.undo =
        engine::Undo{[](const std::string&) { throw engine::Error("taken over", Kind::busy); }};
    CHECK(error_of([&] { bench.run(); }).kind() == Kind::busy);
}

TEST_CASE("an undo that must wait where everything is to be undone: needs attention") {
    Bench bench;
    bench.add(put(bench.world, "a/1"));
    bench.world.failing = {"a/1"};
    bench.plan.steps[0].step.undo =
        engine::Undo{[](const std::string&) { throw engine::Error("a/1 is away", Kind::paused); }};
    CHECK(error_of([&] { bench.run(); }).kind() == Kind::needs_attention);
}

TEST_CASE("roll back: from the journal, not from memory, and only what was begun") {
    Bench bench;
    bench.world.put("a/1", "old");
    bench.world.put("a/2", "new"); // so before it began
    for (const char* id : {"a/1", "a/2", "a/3"})
        bench.add(put(bench.world, id));
    bench.run();
    World& world = bench.world;
    engine::Plan again; // as another process makes it
    for (const char* id : {"a/1", "a/2", "a/3", "a/4"})
        again.add(put(world, id), OnFailure::undo_all);
    engine::roll_back(again, bench.current(), bench.journal, bench.reporter);
    CHECK(world.text() == "a/1=old\na/2=new\n");
    CHECK(world.taken_back == Names{"a/3", "a/1"});
    // Taken back already: nothing is done twice.
    engine::roll_back(again, bench.current(), bench.journal, bench.reporter);
    CHECK(world.taken_back.size() == 2);
}

TEST_CASE("nothing to undo: it stays, and is recorded as taken back") {
    Bench bench;
    engine::Step step = put(bench.world, "a/1");
    step.undo = engine::NothingToUndo{};
    bench.add(std::move(step));
    bench.add(put(bench.world, "a/2"));
    bench.run();
    bench.roll_back();
    CHECK(bench.world.text() == "a/1=new\n");
    CHECK(!engine::states(bench.journal.all).at("a/1").begun);
}

TEST_CASE("irreversible and done: roll back is refused before anything is undone") {
    Bench bench;
    bench.add(put(bench.world, "a/1"));
    bench.add(put_for_good(bench.world, "a/2"));
    bench.add(put(bench.world, "a/3"));
    bench.run();
    const engine::Error error = error_of([&] { bench.roll_back(); });
    CHECK(error.kind() == Kind::refused);
    CHECK(std::string(error.what()) == "a/2 is done and cannot be undone: the old a/2 is gone");
    CHECK(error.remedy() == "locum upgrade resume");
    CHECK(bench.world.taken_back.empty());
}

TEST_CASE("irreversible, begun but not recorded: the world decides") {
    for (bool had_its_effect : {true, false}) {
        Bench bench;
        bench.add(put(bench.world, "a/1"));
        bench.add(put_for_good(bench.world, "a/2"));
        // Killed before INTENT of a/2 is followed by its effect, or before DONE.
        WatchedJournal watched(bench.journal, killed_at(had_its_effect ? 6 : 5));
        CHECK_THROWS_AS(engine::run(bench.plan, bench.current(), watched, bench.reporter), Killed);
        CHECK(bench.world.at("a/2") == (had_its_effect ? "new" : ""));
        if (had_its_effect) {
            CHECK(error_of([&] { bench.roll_back(); }).kind() == Kind::refused);
            CHECK(bench.world.text() == "a/1=new\na/2=new\n");
        } else {
            bench.roll_back();
            CHECK(bench.world.text() == "");
        }
    }
}

TEST_CASE("irreversible, begun, and the world cannot be asked: refused, nothing is undone") {
    Bench bench;
    bench.add(put(bench.world, "a/1"));
    bench.add(put_for_good(bench.world, "a/2"));
    WatchedJournal watched(bench.journal, killed_at(5));
    CHECK_THROWS_AS(engine::run(bench.plan, bench.current(), watched, bench.reporter), Killed);
    bench.plan.steps[1].step.probe = []() -> bool {
        throw engine::Error("database away").remedy("start it");
    };
    const engine::Error error = error_of([&] { bench.roll_back(); });
    CHECK(error.kind() == Kind::needs_attention);
    CHECK(contains(error.what(), "a/2"));
    CHECK(contains(error.what(), "database away"));
    CHECK(error.remedy() == "start it");
    CHECK(bench.world.text() == "a/1=new\n");
}

TEST_CASE("a failure behind the point of no return: what came before it stays, and nothing else is "
          "said") {
    for (OnFailure policy : {OnFailure::undo_all, OnFailure::undo_group_then_stop}) {
        Bench bench;
        bench.add(put(bench.world, "a/1"), policy);
        bench.add(put_for_good(bench.world, "a/2"), policy);
        bench.add(put(bench.world, "a/3"), policy);
        bench.add(put(bench.world, "a/4"), policy);
        bench.world.failing = {"a/4"};
        const engine::Error error = error_of([&] { bench.run(); });
        CHECK(error.kind() == Kind::paused);
        CHECK(std::string(error.what()) ==
              "a/4: no a/4\n"
              "  undone: a/4, a/3\n"
              "  a/2 is done and cannot be undone: the old a/2 is gone");
        CHECK(error.remedy() == "mend a/4");
        CHECK(bench.world.text() == "a/1=new\na/2=new\n");

        bench.world.failing.clear();
        bench.run();
        CHECK(bench.world.text() == "a/1=new\na/2=new\na/3=new\na/4=new\n");
    }
}

TEST_CASE("the irreversible step itself fails: the world decides whether it had its effect") {
    for (bool had_its_effect : {true, false}) {
        Bench bench;
        bench.add(put(bench.world, "a/1"), OnFailure::undo_group_then_stop);
        engine::Step step = put_for_good(bench.world, "a/2");
        step.apply = [&](engine::Reporter&) -> std::string {
            if (had_its_effect)
                bench.world.put("a/2", "new");
            throw engine::Error("connection lost").remedy("see the server's log");
        };
        bench.add(std::move(step), OnFailure::undo_group_then_stop);
        const engine::Error error = error_of([&] { bench.run(); });
        CHECK(error.kind() == Kind::paused);
        CHECK(error.remedy() == "see the server's log");
        if (had_its_effect) {
            CHECK(contains(error.what(), "a/2 is done and cannot be undone"));
            CHECK(bench.world.text() == "a/1=new\na/2=new\n");
        } else {
            CHECK(std::string(error.what()) ==
                  "a/2: connection lost; the steps of this group were undone");
            CHECK(bench.world.text() == "");
        }
    }
}

TEST_CASE("the irreversible step fails and the world cannot be asked: its own error is not lost") {
    Bench bench;
    bench.add(put(bench.world, "a/1"), OnFailure::undo_group_then_stop);
    engine::Step step = put_for_good(bench.world, "a/2");
    bool away = false;
    step.probe = [&]() -> bool {
        if (away)
            throw engine::Error("database away").remedy("start it");
        return false;
    };
    step.apply = [&](engine::Reporter&) -> std::string {
        away = true;
        throw engine::Error("connection lost");
    };
    bench.add(std::move(step), OnFailure::undo_group_then_stop);
    const engine::Error error = error_of([&] { bench.run(); });
    CHECK(error.kind() ==
          Kind::needs_attention); // neither "failed, all undone" nor silently paused
    CHECK(contains(error.what(), "a/2: connection lost"));
    CHECK(contains(error.what(), "a/2 may be done, which cannot be told: database away"));
    CHECK(bench.world.text() == "a/1=new\n"); // it may be beyond the point of no return
}
