#include "engine/runner.hpp"

#include "engine/failpoint.hpp"

#include <fmt/format.h>

namespace locum::engine {

namespace {

using States = std::map<std::string, StepState, std::less<>>;

// A step that was begun may have had its effect although its DONE record is missing: the world decides.
bool irreversibly_done(const Step& step, const StepState& state) {
    return std::holds_alternative<Irreversible>(step.undo) &&
           (state.done || (state.begun && step.probe()));
}

// Whatever a step throws takes the way of an Error, so that its undo runs.
template <class F>
void as_error(F&& f) {
    try {
        f();
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        throw Error(fmt::format("unexpected: {}", error.what()))
            .remedy("please report this with the command that was run");
    }
}

struct Runner {
    const Plan& plan;
    const Run& current;
    Journal& journal;
    Reporter& reporter;

    void record(const Step& step, Mark mark, std::string text) {
        journal.append({current.operation, current.epoch, step.id, mark, current.input_hash,
                        std::move(text)});
    }

    void require_same_inputs() {
        for (const Record& record : journal.records(current.operation))
            if (record.input_hash != current.input_hash)
                throw Error(fmt::format("operation {} was begun with other inputs: step {} has hash {}, "
                                        "now {}",
                                        current.operation, record.step, record.input_hash,
                                        current.input_hash),
                            Kind::unfinished)
                    .remedy("resume it with the same bundle and answers, or roll it back");
    }

    std::string at(const Step& step, std::string_view where) {
        return fmt::format("step/{}/{}", step.id, where);
    }

    void apply(const Step& step, const StepState& before) {
        bool so = during(fmt::format("looking whether {} is done", step.id), step.probe);
        // What was so before we began is not ours: it is neither recorded nor ever undone.
        if (so && (before.done || !before.begun)) {
            reporter.step(step.id, step.says, Progress::already, "");
            return;
        }
        if (!before.begun) {
            std::string memo = step.remember ? step.remember() : "";
            failpoint(at(step, "intent/before"));
            record(step, Mark::intent, memo);
            failpoint(at(step, "intent/after"));
        }
        reporter.step(step.id, step.says, Progress::started, "");
        std::string result;
        if (!so)
            result = step.apply(reporter);
        if (step.verify)
            step.verify();
        failpoint(at(step, "done/before"));
        record(step, Mark::done, result);
        failpoint(at(step, "done/after"));
        reporter.step(step.id, step.says, so ? Progress::already : Progress::done, result);
    }

    void take_back(const Step& step, const StepState& state) {
        if (const auto* undo = std::get_if<Undo>(&step.undo)) {
            failpoint(at(step, "undo/before"));
            reporter.step(step.id, step.says, Progress::undoing, "");
            undo->run(state.memo);
        }
        record(step, Mark::undone, "");
        failpoint(at(step, "undo/after"));
        reporter.step(step.id, step.says, Progress::undone, "");
    }

    // Takes back, last first, the steps that were begun and satisfy the condition. Goes on after a
    // failed undo, so that as much as can be is put right; returns what could not be undone.
    std::vector<std::string> take_back_all(const std::function<bool(const Step&)>& concerns) {
        States known = states(journal.records(current.operation));
        std::vector<std::string> failures;
        for (auto it = plan.steps.rbegin(); it != plan.steps.rend(); ++it) {
            const Step& step = it->step;
            auto state = known.find(step.id);
            if (state == known.end() || !state->second.begun || !concerns(step))
                continue;
            if (irreversibly_done(step, state->second))
                break; // what came before it stays, too
            try {
                as_error([&] { take_back(step, state->second); });
            } catch (const Error& error) {
                reporter.step(step.id, step.says, Progress::failed, error.one_line());
                failures.push_back(fmt::format("{} was not undone: {}", step.id, error.one_line()));
                break; // earlier steps rest on this one
            }
        }
        return failures;
    }

    [[noreturn]] void fail(const PlannedStep& failed, const Error& error) {
        const Step& step = failed.step;
        std::vector<std::string> failures;
        std::string_view group = group_of(step.id);
        if (failed.on_failure == OnFailure::undo_all)
            failures = take_back_all([](const Step&) { return true; });
        else if (failed.on_failure == OnFailure::undo_group_then_stop)
            failures = take_back_all([&](const Step& other) { return group_of(other.id) == group; });

        std::string what = fmt::format("{}: {}", step.id, error.one_line());
        for (const std::string& failure : failures)
            what += "\n  " + failure;
        if (!failures.empty())
            throw Error(what, Kind::needs_attention).remedy(error.remedy());
        if (failed.on_failure == OnFailure::undo_all)
            throw Error(what + "; everything was undone",
                        error.kind() == Kind::paused ? Kind::failed : error.kind())
                .remedy(error.remedy());
        std::string_view taken = failed.on_failure == OnFailure::undo_group_then_stop
                                     ? "; the steps of this group were undone"
                                     : "; nothing was undone";
        Kind kind = error.kind() == Kind::busy ? Kind::busy : Kind::paused;
        throw Error(what + std::string(taken), kind).remedy(error.remedy());
    }
};

} // namespace

void run(const Plan& plan, const Run& current, Journal& journal, Reporter& reporter) {
    Runner runner{plan, current, journal, reporter};
    runner.require_same_inputs();
    States known = states(journal.records(current.operation));
    std::map<std::string, std::string, std::less<>> skipped; // group → why
    std::string remedy;
    auto stop_for_skipped = [&] {
        std::string what;
        for (const auto& [group, why] : skipped)
            what += (what.empty() ? "" : "\n  ") + why;
        throw Error(what + "; the other groups went on", Kind::paused).remedy(remedy);
    };
    for (const PlannedStep& planned : plan.steps) {
        const Step& step = planned.step;
        if (skipped.contains(group_of(step.id)))
            continue;
        if (!skipped.empty() && planned.on_failure != OnFailure::skip_group)
            stop_for_skipped(); // it rests on all groups
        try {
            if (current.cancelled && current.cancelled())
                throw Error("cancelled on request", Kind::cancelled);
            as_error([&] { runner.apply(step, known[step.id]); });
        } catch (const Error& error) {
            reporter.step(step.id, step.says, Progress::failed, error.one_line());
            if (planned.on_failure != OnFailure::skip_group || error.kind() == Kind::cancelled)
                runner.fail(planned, error);
            skipped[std::string(group_of(step.id))] = fmt::format("{}: {}", step.id, error.one_line());
            remedy = error.remedy();
        }
    }
    if (!skipped.empty())
        stop_for_skipped();
}

void roll_back(const Plan& plan, const Run& current, Journal& journal, Reporter& reporter) {
    Runner runner{plan, current, journal, reporter};
    runner.require_same_inputs();
    States known = states(journal.records(current.operation));
    for (const PlannedStep& planned : plan.steps) {
        if (irreversibly_done(planned.step, known[planned.step.id]))
            throw Error(fmt::format("{} is done and cannot be undone: {}", planned.step.id,
                                    std::get<Irreversible>(planned.step.undo).why),
                        Kind::refused)
                .remedy("locum upgrade resume");
    }
    std::vector<std::string> failures = runner.take_back_all([](const Step&) { return true; });
    if (failures.empty())
        return;
    std::string what = "rolled back in part:";
    for (const std::string& failure : failures)
        what += "\n  " + failure;
    throw Error(what, Kind::needs_attention).remedy("mend the cause, then roll back again");
}

} // namespace locum::engine
