// The contract itself: kept by good steps, and broken by each kind of bad one.

#include "tests/support/step_contract.hpp"
#include "tests/unit/engine/world.hpp"

using namespace locum;
using namespace locum::testing;

namespace {

std::string broken(World& world, const std::function<engine::Step()>& make) {
    return broken_promises({make, [&world] { return world.text(); }});
}

} // namespace

TEST_CASE("contract: kept by a good step, whatever was there before") {
    for (const char* before : {"", "old"}) {
        World world;
        world.put("a/1", before);
        CHECK(broken(world, [&] { return put(world, "a/1"); }) == "");
        CHECK(world.at("a/1") == before);
    }
}

TEST_CASE("contract: kept by steps that cannot be or need not be undone") {
    World world;
    CHECK(broken(world, [&] { return put_for_good(world, "a/1"); }) == "");
    CHECK(broken(world, [&] {
              engine::Step step = put(world, "a/2");
              step.undo = engine::NothingToUndo{};
              return step;
          }) == "");
}

TEST_CASE("contract: an undo that does nothing, or that forgets what was there") {
    World world;
    CHECK(contains(broken(world,
                          [&] {
                              engine::Step step = put(world, "a/1");
                              step.undo = engine::Undo{[](const std::string&) {}};
                              return step;
                          }),
                   "after the undo the world is not what it was"));
    World other;
    other.put("a/1", "old");
    CHECK(contains(broken(other,
                          [&] {
                              engine::Step step = put(other, "a/1");
                              step.undo =
                                  engine::Undo{[&](const std::string&) { other.put("a/1", ""); }};
                              return step;
                          }),
                   "after the undo the world is not what it was"));
}

TEST_CASE("contract: an undo that throws") {
    World world;
    world.failing_undo = {"a/1"};
    CHECK(contains(broken(world, [&] { return put(world, "a/1"); }), "it cannot be rolled back"));
}

TEST_CASE("contract: a memo kept in memory instead of the journal") {
    World world;
    world.put("a/1", "old");
    CHECK(contains(broken(world,
                          [&] {
                              auto memory = std::make_shared<std::string>("lost");
                              engine::Step step = put(world, "a/1");
                              step.remember = [&world, memory] {
                                  *memory = world.at("a/1");
                                  return std::string();
                              };
                              step.undo = engine::Undo{[&world, memory](const std::string&) {
                                  world.put("a/1", *memory);
                              }};
                              return step;
                          }),
                   "after the undo the world is not what it was"));
}

TEST_CASE("contract: a probe that does not ask the world, or that changes it") {
    World world;
    CHECK(contains(broken(world,
                          [&] {
                              engine::Step step = put(world, "a/1");
                              step.probe = [] { return false; };
                              return step;
                          }),
                   "it does not say that it is so already"));
    World other;
    CHECK(contains(broken(other,
                          [&] {
                              engine::Step step = put(other, "a/1");
                              step.probe = [&other, probe = step.probe] {
                                  other.put("probed", other.at("probed") + "x");
                                  return probe();
                              };
                              return step;
                          }),
                   "its probe changes the world"));
}

TEST_CASE("contract: something done before INTENT, when a memo is taken") {
    World world;
    CHECK(contains(broken(world,
                          [&] {
                              engine::Step step = put(world, "a/1");
                              step.remember = [&world] {
                                  world.put("too early", "x");
                                  return std::string();
                              };
                              return step;
                          }),
                   "the world changed before INTENT was kept"));
}

TEST_CASE("contract: an apply that cannot be run again after a kill, or adds at each run") {
    World world;
    const std::string text = broken(world, [&] {
        engine::Step step = put(world, "a/1");
        step.apply = [&world](engine::Reporter&) {
            world.put("a/1", world.at("a/1") == "half" ? "new" : "half");
            return std::string();
        };
        step.verify = nullptr;
        return step;
    });
    CHECK(contains(text, "it does not say that it is so already"));
}

TEST_CASE("contract: an undo that does not bear a step that was begun and not applied") {
    World world;
    const std::string text = broken(world, [&] {
        engine::Step step = put(world, "a/1");
        step.undo = engine::Undo{[&world](const std::string&) {
            if (world.at("a/1").empty())
                throw engine::Error("there is nothing to remove");
            world.put("a/1", "");
        }};
        return step;
    });
    CHECK(contains(text, "it threw: rolled back in part"));
}
