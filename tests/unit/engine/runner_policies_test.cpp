// What a failing step leaves, for each policy, and what is said of it.

#include "tests/unit/engine/world.hpp"

using namespace locum;
using namespace locum::testing;
using engine::Kind;
using engine::OnFailure;

TEST_CASE("runner: all steps in order, with their results") {
    Bench bench;
    bench.world.put("b/2", "new");
    for (const char* id : {"a/1", "b/2", "b/3"})
        bench.add(put(bench.world, id));
    bench.run();
    CHECK(bench.world.text() == "a/1=new\nb/2=new\nb/3=new\n");
    CHECK(bench.world.applied == Names{"a/1", "b/3"});
    CHECK(bench.reporter.lines == Names{"a/1 started", "a/1 done (result of a/1)", "b/2 already",
                                        "b/3 started", "b/3 done (result of b/3)"});
    CHECK(bench.journal.all.size() == 5); // b/2 was so: DONE without INTENT, since it is not ours
    for (const engine::Record& record : bench.journal.all) {
        CHECK(record.operation == "operation");
        CHECK(record.epoch == 3);
        CHECK(record.input_hash == "inputs");
    }
}

TEST_CASE("runner: undo_all takes everything back, last first") {
    Bench bench;
    bench.world.put("a/1", "old");
    for (const char* id : {"a/1", "b/2", "b/3", "c/4"})
        bench.add(put(bench.world, id));
    bench.world.failing = {"b/3"};
    const engine::Error error = error_of([&] { bench.run(); });
    CHECK(error.kind() == Kind::failed);
    CHECK(std::string(error.what()) == "b/3: no b/3; everything was undone");
    CHECK(error.remedy() == "mend b/3");
    CHECK(bench.world.text() == "a/1=old\n");
    CHECK(bench.world.taken_back == Names{"b/3", "b/2", "a/1"});
    CHECK(bench.reporter.lines == Names{"a/1 started", "a/1 done (result of a/1)", "b/2 started",
                                        "b/2 done (result of b/2)", "b/3 started",
                                        "b/3 failed (no b/3)", "b/3 undoing", "b/3 undone",
                                        "b/2 undoing", "b/2 undone", "a/1 undoing", "a/1 undone"});
}

TEST_CASE("runner: undo_all keeps the kind of the error, but paused is over") {
    for (auto [thrown, kind] : {std::pair{Kind::refused, Kind::refused},
                                {Kind::busy, Kind::busy},
                                {Kind::no_privilege, Kind::no_privilege},
                                {Kind::paused, Kind::failed}}) {
        Bench bench;
        engine::Step step = put(bench.world, "a/1");
        step.verify = [thrown = thrown] { throw engine::Error("no", thrown); };
        bench.add(std::move(step));
        CHECK(error_of([&] { bench.run(); }).kind() == kind);
        CHECK(bench.world.text() == "");
    }
}

TEST_CASE("runner: undo_group_then_stop takes the group back and keeps the rest, it can go on") {
    Bench bench;
    for (const char* id : {"a/1", "b/2", "a/3", "b/4", "c/5"})
        bench.add(put(bench.world, id), OnFailure::undo_group_then_stop);
    bench.world.failing = {"b/4"};
    const engine::Error error = error_of([&] { bench.run(); });
    CHECK(error.kind() == Kind::paused);
    CHECK(std::string(error.what()) == "b/4: no b/4; the steps of this group were undone");
    CHECK(error.remedy() == "mend b/4");
    CHECK(bench.world.text() == "a/1=new\na/3=new\n");
    CHECK(bench.world.taken_back == Names{"b/4", "b/2"});

    bench.world.failing.clear();
    bench.world.applied.clear();
    bench.run();
    CHECK(bench.world.text() == "a/1=new\na/3=new\nb/2=new\nb/4=new\nc/5=new\n");
    CHECK(bench.world.applied == Names{"b/2", "b/4", "c/5"});
}

TEST_CASE("runner: stop takes nothing back, it goes on with the step that failed") {
    Bench bench;
    for (const char* id : {"a/1", "a/2", "a/3"})
        bench.add(put(bench.world, id), OnFailure::stop);
    engine::Step& second = bench.plan.steps[1].step;
    bool fails = true;
    second.apply = [&, apply = second.apply](engine::Reporter& reporter) {
        if (fails)
            throw engine::Error("no a/2").remedy("mend a/2");
        return apply(reporter);
    };
    const engine::Error error = error_of([&] { bench.run(); });
    CHECK(error.kind() == Kind::paused);
    CHECK(std::string(error.what()) == "a/2: no a/2; nothing was undone");
    CHECK(bench.world.text() == "a/1=new\n");
    CHECK(bench.world.taken_back.empty());

    fails = false;
    bench.run();
    CHECK(bench.world.text() == "a/1=new\na/2=new\na/3=new\n");
    CHECK(bench.world.applied == Names{"a/1", "a/2", "a/3"});
    CHECK(bench.journal.all.size() == 6); // INTENT of a/2 is not repeated
}

TEST_CASE("runner: a lease that another one holds stays busy where nothing ends") {
    Bench bench;
    engine::Step step = put(bench.world, "a/1");
    step.apply = [](engine::Reporter&) -> std::string { throw engine::Error("taken", Kind::busy); };
    bench.add(std::move(step), OnFailure::stop);
    CHECK(error_of([&] { bench.run(); }).kind() == Kind::busy);
}

TEST_CASE(
    "runner: skip_group leaves out the rest of its group, goes on with the others, then stops") {
    Bench bench;
    for (const char* id : {"a/1", "a/2", "b/1", "a/3", "b/2", "c/1"})
        bench.add(put(bench.world, id), OnFailure::skip_group);
    bench.add(put(bench.world, "end/1"), OnFailure::stop);
    bench.world.failing = {"a/2", "b/2"};
    const engine::Error error = error_of([&] { bench.run(); });
    CHECK(error.kind() == Kind::paused);
    CHECK(std::string(error.what()) == "a/2: no a/2\n  b/2: no b/2; the other groups went on");
    CHECK(!error.remedy().empty());
    CHECK(bench.world.applied == Names{"a/1", "a/2", "b/1", "b/2", "c/1"});
    CHECK(bench.world.at("end/1") == ""); // it rests on all groups
    CHECK(bench.world.taken_back.empty());

    bench.world.failing.clear();
    bench.world.applied.clear();
    bench.run();
    CHECK(bench.world.at("end/1") == "new");
    CHECK(bench.world.at("a/3") == "new");
}

TEST_CASE("runner: skip_group stops at the end too, where no other step follows") {
    Bench bench;
    for (const char* id : {"a/1", "b/1"})
        bench.add(put(bench.world, id), OnFailure::skip_group);
    bench.world.failing = {"a/1"};
    CHECK(error_of([&] { bench.run(); }).kind() == Kind::paused);
    CHECK(bench.world.at("b/1") == "new");
}

TEST_CASE("runner: whatever a step throws, its undo runs") {
    for (OnFailure policy : {OnFailure::undo_all, OnFailure::undo_group_then_stop}) {
        Bench bench;
        bench.add(put(bench.world, "a/1"), policy);
        engine::Step step = put(bench.world, "a/2");
        step.verify = []() -> void { throw std::out_of_range("index 7"); };
        bench.add(std::move(step), policy);
        const engine::Error error = error_of([&] { bench.run(); });
        CHECK(contains(error.what(), "a/2: unexpected: index 7"));
        CHECK(!error.remedy().empty());
        CHECK(bench.world.text() == "");
        CHECK(bench.world.taken_back == Names{"a/2", "a/1"});
    }
}

TEST_CASE("runner: what throws before its INTENT has nothing to be taken back") {
    for (bool in_probe : {true, false}) {
        Bench bench;
        bench.add(put(bench.world, "a/1"));
        engine::Step step = put(bench.world, "a/2");
        if (in_probe)
            step.probe = []() -> bool { throw engine::Error("cannot be asked"); };
        else
            step.remember = []() -> std::string { throw engine::Error("cannot be asked"); };
        bench.add(std::move(step));
        const engine::Error error = error_of([&] { bench.run(); });
        CHECK(contains(error.what(), "a/2: cannot be asked"));
        CHECK(contains(error.what(), "; everything was undone"));
        CHECK(bench.world.taken_back == Names{"a/1"});
    }
}

TEST_CASE("runner: cancelled before a step, by the policy of that step") {
    struct {
        OnFailure policy;
        Kind kind;
        const char* world;
    } const table[] = {
        {OnFailure::undo_all, Kind::cancelled, ""},
        {OnFailure::undo_group_then_stop, Kind::paused, "a/1=new\n"},
        {OnFailure::stop, Kind::paused, "a/1=new\nb/2=new\n"},
        {OnFailure::skip_group, Kind::paused, "a/1=new\nb/2=new\n"},
    };
    for (const auto& row : table) {
        Bench bench;
        for (const char* id : {"a/1", "b/2", "b/3", "c/4"})
            bench.add(put(bench.world, id), row.policy);
        engine::Run run = bench.current();
        run.cancelled = [&] { return bench.world.applied.size() == 2; };
        const engine::Error error =
            error_of([&] { engine::run(bench.plan, run, bench.journal, bench.reporter); });
        CHECK(error.kind() == row.kind);
        CHECK(contains(error.what(), "b/3: cancelled on request"));
        CHECK(bench.world.text() == row.world);
        CHECK(bench.world.applied == Names{"a/1", "b/2"});
    }
}

TEST_CASE("runner: what was done and is not so any more is done again") {
    Bench bench;
    bench.add(put(bench.world, "a/1"));
    bench.run();
    bench.world.put("a/1", "something else");
    bench.run();
    CHECK(bench.world.at("a/1") == "new");
    bench.roll_back();
    CHECK(bench.world.text() == ""); // the memo is the first one
}

TEST_CASE("runner: other inputs are refused, and change nothing") {
    Bench bench;
    bench.add(put(bench.world, "a/1"));
    bench.add(put(bench.world, "a/2"));
    bench.world.failing = {"a/2"};
    bench.plan.steps[1].on_failure = OnFailure::stop;
    CHECK_THROWS_AS(bench.run(), engine::Error);
    const std::string before = bench.world.text();
    for (bool back : {false, true}) {
        const engine::Error error = error_of([&] {
            (back ? engine::roll_back : engine::run)(bench.plan, bench.current("others"),
                                                     bench.journal, bench.reporter);
        });
        CHECK(error.kind() == Kind::unfinished);
        CHECK(contains(error.what(), "inputs"));
        CHECK(contains(error.what(), "others"));
        CHECK(contains(error.what(), "operation"));
        CHECK(!error.remedy().empty());
        CHECK(bench.world.text() == before);
    }
}
