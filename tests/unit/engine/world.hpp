#pragma once
// A world of named things, and steps that change it.

#include "engine/error.hpp"
#include "engine/runner.hpp"
#include "tests/support/journals.hpp"
#include "tests/support/scratch.hpp"

#include <map>
#include <set>

namespace locum::testing {

struct World {
    std::map<std::string, std::string> things;
    std::set<std::string> failing;      // ids whose apply throws, after its effect
    std::set<std::string> failing_undo; // ids whose undo throws, before its effect
    std::vector<std::string> applied;   // ids, in order
    std::vector<std::string> taken_back;

    std::string at(const std::string& name) const {
        auto thing = things.find(name);
        return thing == things.end() ? "" : thing->second;
    }
    std::string text() const {
        std::string all;
        for (const auto& [name, value] : things)
            all += name + "=" + value + "\n";
        return all;
    }
    void put(const std::string& name, const std::string& value) {
        if (value.empty())
            things.erase(name);
        else
            things[name] = value;
    }
};

// Sets the thing named after the step to a value; its undo puts back what was there.
inline engine::Step put(World& world, const std::string& id, const std::string& value = "new") {
    return {id,
            "set " + id + " to " + value,
            [&world, id, value] { return world.at(id) == value; },
            [&world, id] { return world.at(id); },
            [&world, id, value](engine::Reporter&) {
                world.applied.push_back(id);
                world.put(id, value);
                if (world.failing.contains(id))
                    throw engine::Error("no " + id).remedy("mend " + id);
                return "result of " + id;
            },
            [&world, id, value] {
                if (world.at(id) != value)
                    throw engine::Error(id + " is '" + world.at(id) + "', expected '" + value +
                                        "'");
            },
            engine::Undo{[&world, id](const std::string& memo) {
                if (world.failing_undo.contains(id))
                    throw engine::Error("cannot take back " + id).remedy("by hand: " + id);
                world.taken_back.push_back(id);
                world.put(id, memo);
            }}};
}

inline engine::Step put_for_good(World& world, const std::string& id) {
    engine::Step step = put(world, id);
    step.undo = engine::Irreversible{"the old " + id + " is gone"};
    return step;
}

struct Bench {
    World world;
    engine::Plan plan;
    engine::MemoryJournal journal;
    KeepingReporter reporter;

    void add(engine::Step step, engine::OnFailure policy = engine::OnFailure::undo_all) {
        plan.add(std::move(step), policy);
    }
    engine::Run current(const std::string& inputs = "inputs") const {
        return {"operation", 3, inputs, nullptr};
    }
    void run() { engine::run(plan, current(), journal, reporter); }
    void roll_back() { engine::roll_back(plan, current(), journal, reporter); }
};

using Names = std::vector<std::string>;

} // namespace locum::testing

// How a failed comparison shows lists.
template <>
struct doctest::StringMaker<std::vector<std::string>> {
    static String convert(const std::vector<std::string>& all) {
        std::string text = "[";
        for (const std::string& one : all)
            text += (text.size() > 1 ? " | " : "") + one;
        return (text + "]").c_str();
    }
};
