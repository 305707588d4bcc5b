#pragma once
// What every step must bear, whatever it does: run, undo, run, run again, and a kill at each
// record.

#include "engine/error.hpp"
#include "engine/runner.hpp"
#include "tests/support/journals.hpp"

#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace locum::testing {

struct StepContract {
    // Called anew for each run, as another process would: nothing may pass from one to the next but
    // through journal and world.
    std::function<engine::Step()> make;
    // All that the step may change, as text; equal texts mean equal worlds.
    std::function<std::string()> world;
};

// What the step does against the contract, one sentence each; none where it keeps it. The world
// must be one in which the step has something to do, and is that one again at the end, but for
// steps that cannot be undone.
class ContractCheck {
public:
    explicit ContractCheck(StepContract contract) : contract_(std::move(contract)) {}

    std::vector<std::string> violations() {
        try {
            before_ = contract_.world();
            first_run();
            again();
            undo();
            if (undoable())
                kill_at_each_record();
        } catch (const std::exception& error) {
            broken(std::string("it threw: ") + error.what());
        }
        return violations_;
    }

private:
    void require(bool kept, const char* what) {
        if (!kept)
            broken(what);
    }
    void broken(std::string what) { violations_.push_back(std::move(what)); }

    bool undoable() const { return std::holds_alternative<engine::Undo>(contract_.make().undo); }

    engine::Plan plan(engine::Step step) const {
        engine::Plan plan;
        plan.add(std::move(step), engine::OnFailure::stop);
        return plan;
    }
    engine::Run current(const char* operation = "contract") const {
        return {operation, 0, "inputs", nullptr};
    }

    // The order is: remember, INTENT with the memo, apply, verify, DONE.
    void first_run() {
        const std::string id = contract_.make().id;
        engine::Step step = contract_.make(); // what was made before it need not live any more
        require(!step.id.empty() && !step.says.empty(), "it has no id or says nothing");
        require(step.id == id, "its id differs from one making to the next");
        std::vector<std::string> order;
        std::string memo;
        if (auto remember = step.remember)
            step.remember = [&order, &memo, remember] {
                order.push_back("remember");
                return memo = remember();
            };
        if (auto verify = step.verify)
            step.verify = [&order, verify] {
                order.push_back("verify");
                verify();
            };
        step.apply = [&order, apply = step.apply](engine::Reporter& reporter) {
            order.push_back("apply");
            return apply(reporter);
        };
        WatchedJournal watched(journal_, [&](const engine::Record& record, auto when) {
            if (when == WatchedJournal::When::before)
                return;
            order.push_back(record.mark == engine::Mark::intent ? "intent" : "done");
            if (record.mark == engine::Mark::intent) {
                require(contract_.world() == before_, "the world changed before INTENT was kept");
                require(record.text == memo, "INTENT does not hold what remember() returned");
            }
        });
        std::vector<std::string> expected{"intent", "apply", "done"};
        if (step.remember)
            expected.insert(expected.begin(), "remember");
        if (step.verify)
            expected.insert(expected.end() - 1, "verify");
        require(!step.probe(), "its probe says that it is so before it was run");
        require(contract_.world() == before_, "its probe changes the world");
        engine::run(plan(std::move(step)), current(), watched, silent_);
        require(order == expected, "the order was not remember, INTENT, apply, verify, DONE");
        after_ = contract_.world();
        require(after_ != before_ || !undoable(), "it changed nothing that the world shows");
    }

    void again() {
        const std::size_t kept = journal_.all.size();
        KeepingReporter reporter;
        engine::run(plan(contract_.make()), current(), journal_, reporter);
        require(reporter.lines == std::vector<std::string>{contract_.make().id + " already"},
                "run again, it does not say that it is so already");
        require(journal_.all.size() == kept, "run again, it writes records");
        require(contract_.world() == after_, "run again, it changes the world");

        // Another operation finds it so: then it is not that operation's, and is not undone by it.
        engine::run(plan(contract_.make()), current("another"), journal_, silent_);
        engine::roll_back(plan(contract_.make()), current("another"), journal_, silent_);
        require(contract_.world() == after_, "an operation undoes what it has not done");
    }

    void undo() {
        try {
            engine::roll_back(plan(contract_.make()), current(), journal_, silent_);
        } catch (const engine::Error& error) {
            const bool may = std::holds_alternative<engine::Irreversible>(contract_.make().undo);
            require(may && error.kind() == engine::Kind::refused, "it cannot be rolled back");
            return;
        }
        if (!undoable())
            return;
        require(contract_.world() == before_, "after the undo the world is not what it was");
        require(!contract_.make().probe(), "after the undo its probe says that it is so");
        require(contract_.world() == before_, "its probe changes the world after an undo");
    }

    // Boundaries: before and after INTENT, before and after DONE.
    void kill_at_each_record() {
        for (std::size_t boundary = 0; boundary < 4; ++boundary) {
            const std::string where = ", killed at boundary " + std::to_string(boundary);
            for (bool resume : {true, false}) {
                engine::MemoryJournal journal;
                WatchedJournal watched(journal, killed_at(boundary));
                try {
                    engine::run(plan(contract_.make()), current(), watched, silent_);
                    broken("it writes other records than INTENT and DONE" + where);
                } catch (const Killed&) {
                }
                if (resume) {
                    engine::run(plan(contract_.make()), current(), journal, silent_);
                    if (contract_.world() != after_)
                        broken("resumed, the world is another one" + where);
                }
                engine::roll_back(plan(contract_.make()), current(), journal, silent_);
                if (contract_.world() != before_)
                    broken("rolled back, the world is not what it was" + where);
            }
        }
    }

    StepContract contract_;
    engine::MemoryJournal journal_;
    engine::SilentReporter silent_;
    std::string before_;
    std::string after_;
    std::vector<std::string> violations_;
};

inline std::vector<std::string> violations(StepContract contract) {
    return ContractCheck(std::move(contract)).violations();
}

// One line a sentence; empty where the contract is kept: CHECK(broken_promises({…}) == "").
inline std::string broken_promises(StepContract contract) {
    std::string text;
    for (const std::string& one : violations(std::move(contract)))
        text += one + "\n";
    return text;
}

} // namespace locum::testing
