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
    // Asked before each step; true ends the run as a failure of that step would: with
    // Error(cancelled) where everything is undone, else with Error(paused).
    std::function<bool()> cancelled = {};
    // Asked before each step and when one fails; true ends the run with Error(busy), and nothing is
    // undone: another process has taken the operation over.
    std::function<bool()> superseded = {};
};

// Runs the steps that are not done. Of those that an earlier run did only the last is probed again:
// the others have had steps taken on top of them. Throws Error:
//   failed           a step failed and everything was undone
//   needs_attention  a step failed and an undo failed too, or it cannot be told whether an
//                    Irreversible step is done; both errors are in the text, and by id what was
//                    undone and what was not
//   paused           a step failed, its group was undone (or nothing, by its policy), or all that
//                    came after an Irreversible step that is done, or all up to an undo that threw
//                    paused: run again, or roll_back, goes on
//   unfinished       the journal's inputs differ from these
void run(const Plan& plan, const Run& run, Journal& journal, Reporter& reporter);

// Takes back, last first, every step that the journal says was begun. Steps of the plan that are
// Irreversible and done end it with Error(refused) before anything is undone. Throws
// Error(needs_attention) where an undo fails, or Error(paused) where it threw that; the earlier
// steps, on which it rests, stay then.
void roll_back(const Plan& plan, const Run& run, Journal& journal, Reporter& reporter);

} // namespace locum::engine
