#pragma once
// Runs plans: INTENT → apply → verify → DONE, and backwards from the journal.

#include "engine/error.hpp"
#include "engine/journal.hpp"
#include "engine/step.hpp"

#include <functional>
#include <string>

namespace locum::engine {

// What every record of a run carries, and who may stop it.
struct Run {
    std::string operation;
    std::uint64_t epoch = 0;
    std::string input_hash;
    // Asked before each step; true ends the run with Error(cancelled) after the failure policy ran.
    std::function<bool()> cancelled;
};

// Runs the steps that are not done. Throws Error:
//   failed           a step failed and everything was undone
//   needs_attention  a step failed and an undo failed too; both errors are in the text
//   paused           a step failed, its group was undone (or nothing, by its policy)
//   unfinished       the journal's inputs differ from these
void run(const Plan& plan, const Run& run, Journal& journal, Reporter& reporter);

// Takes back, last first, every step that the journal says was begun. Steps of the plan that are
// Irreversible and done end it with Error(refused) before anything is undone.
void roll_back(const Plan& plan, const Run& run, Journal& journal, Reporter& reporter);

} // namespace locum::engine
