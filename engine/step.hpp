#pragma once
// A step is a value: what one line of a plan does to the world, and how that is taken back.

#include "engine/reporter.hpp"

#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace locum::engine {

// Takes the step back; memo is what remember() returned before the step was applied. Throws
// Error(paused) where nothing is broken, but something must be there again before it can be done.
// The step is begun then: taken back again by a roll back, applied again by a run.
struct Undo {
    std::function<void(const std::string& memo)> run;
    // Earlier steps do not rest on it: they are taken back also where it throws Error(paused).
    bool may_wait = false;
};
struct NothingToUndo {};
struct Irreversible {
    std::string why;
    // A part of its effect may be there although probe says that it is not so. May be empty.
    std::function<bool()> begun = nullptr;
};
using UndoChoice = std::variant<Undo, NothingToUndo, Irreversible>;

struct Step {
    // Path-like, stable over processes: the first part is the group ("node-2/drain").
    std::string id;
    // One sentence for plan, log and progress.
    std::string says;
    // Is it already so? Asked of the world, not of the journal.
    std::function<bool()> probe;
    // What undo will need; recorded before apply. May be empty.
    std::function<std::string()> remember;
    // Makes it so. Its text is kept as the step's result. Must bear being run again after a crash.
    std::function<std::string(Reporter&)> apply;
    // Throws where the world is not as apply should have left it. May be empty.
    std::function<void()> verify;
    UndoChoice undo;
};

// "node-2" of "node-2/drain".
std::string_view group_of(std::string_view step_id);

// What the runner does when a step fails.
enum class OnFailure {
    undo_all,             // take everything back
    undo_group_then_stop, // take back the failed step's group, keep the rest: can be resumed
    stop,                 // take nothing back: can be resumed
    skip_group,           // leave out the rest of its group, go on with the others, then stop
};

struct PlannedStep {
    Step step;
    OnFailure on_failure = OnFailure::undo_all;
};

struct Plan {
    std::string title;
    std::vector<PlannedStep> steps;

    void add(Step step, OnFailure on_failure) { steps.push_back({std::move(step), on_failure}); }
};

// A step of a plan as a person or a script is told of it.
struct PlanLine {
    std::string id;
    std::string says;
    std::string no_return; // why there is no way back behind it; empty: there is one
};
std::vector<PlanLine> describe(const Plan& plan);

// As it is printed: one line a step, irreversible ones marked.
std::vector<std::string> lines(const std::vector<PlanLine>& plan);
std::vector<std::string> lines(const Plan& plan);

} // namespace locum::engine
