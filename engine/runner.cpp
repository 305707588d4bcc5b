#include "engine/runner.hpp"

#include "engine/failpoint.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::engine {

namespace {

using States = std::map<std::string, StepState, std::less<>>;

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

// A sentence where the step had an effect that cannot be undone; "" where it had none. A step that
// was begun may have had it although its DONE record is missing: the world decides.
std::string irreversible_effect(const Step& step, const StepState& state) {
    const auto* irreversible = std::get_if<Irreversible>(&step.undo);
    if (!irreversible || !state.begun)
        return "";
    bool done = state.done;
    bool begun = false;
    try {
        as_error([&] {
            begun = !done && irreversible->begun && irreversible->begun();
            done = done || (!begun && step.probe());
        });
    } catch (const Error& error) {
        throw Error(
            fmt::format("{} may be done, which cannot be told: {}", step.id, error.one_line()),
            Kind::needs_attention)
            .remedy(error.remedy());
    }
    if (!done && !begun)
        return "";
    return fmt::format("{} is {} and cannot be undone: {}", step.id, done ? "done" : "begun",
                       irreversible->why);
}

// What became of the steps that were to be taken back.
struct TakenBack {
    std::vector<std::string> undone;
    std::string at_the_end; // the step that cannot be undone, where there is one: a sentence
    std::vector<std::string> failures;
    Kind kind = Kind::paused; // of the failures; paused: nothing is broken, they can be repeated
    std::string remedy;
    std::string stopped_at;        // the failure on which earlier steps rest; empty: none
    std::vector<std::string> left; // begun, and not touched, since stopped_at rests on them

    void fail(std::string what, const Error& error) {
        if (failures.empty())
            remedy = error.remedy();
        failures.push_back(std::move(what));
        if (error.kind() == Kind::busy)
            kind = Kind::busy; // another process goes on with it
        else if (error.kind() != Kind::paused)
            kind = Kind::needs_attention;
    }
    // By step id, a line each.
    std::string text() const {
        std::string lines;
        if (!undone.empty())
            lines += fmt::format("\n  undone: {}", fmt::join(undone, ", "));
        if (!at_the_end.empty())
            lines += "\n  " + at_the_end;
        for (const std::string& failure : failures)
            lines += "\n  " + failure;
        if (!left.empty())
            lines += fmt::format("\n  left, since {} rests on them: {}", stopped_at,
                                 fmt::join(left, ", "));
        return lines;
    }
};

struct Runner {
    const Plan& plan;
    const Run& current;
    Journal& journal;
    Reporter& reporter;

    void record(const Step& step, Mark mark, std::string text) {
        journal.append(
            {current.operation, current.epoch, step.id, mark, current.input_hash, std::move(text)});
    }

    void require_same_inputs() {
        for (const Record& record : journal.records(current.operation))
            if (record.input_hash != current.input_hash)
                throw Error(
                    fmt::format("operation {} was begun with other inputs: step {} has hash {}, "
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
        if (so && (before.done || !before.begun)) {
            // What was so before we began is not ours: DONE without INTENT, so that a resumed run
            // knows that it was passed, and nothing of it is ever undone.
            if (!before.done)
                record(step, Mark::done, "");
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
            // A step that is half taken back is not done.
            if (state.done)
                record(step, Mark::intent, state.memo);
            failpoint(at(step, "undo/before"));
            reporter.step(step.id, step.says, Progress::undoing, "");
            undo->run(state.memo);
        }
        record(step, Mark::undone, "");
        failpoint(at(step, "undo/after"));
        reporter.step(step.id, step.says, Progress::undone, "");
    }

    // Takes back, last first, the steps that were begun and satisfy the condition. Ends at the
    // first undo that fails, where earlier steps rest on that one, and at what cannot be undone.
    TakenBack take_back_all(const std::function<bool(const Step&)>& concerns) {
        States known = states(journal.records(current.operation));
        TakenBack taken;
        for (auto it = plan.steps.rbegin(); it != plan.steps.rend(); ++it) {
            const Step& step = it->step;
            auto state = known.find(step.id);
            if (state == known.end() || !concerns(step))
                continue;
            if (!state->second.begun) {
                if (state->second.done && taken.stopped_at.empty())
                    record(step, Mark::undone, ""); // not ours, but to be asked again next time
                continue;
            }
            if (!taken.stopped_at.empty()) {
                taken.left.push_back(step.id);
                continue;
            }
            try {
                taken.at_the_end = irreversible_effect(step, state->second);
                if (!taken.at_the_end.empty())
                    break; // what came before it stays, too
            } catch (const Error& error) {
                taken.fail(error.one_line(), error);
                taken.stopped_at = step.id;
                continue;
            }
            try {
                as_error([&] { take_back(step, state->second); });
                taken.undone.push_back(step.id);
            } catch (const Error& error) {
                reporter.step(step.id, step.says, Progress::failed, error.one_line());
                taken.fail(fmt::format("{} was not undone: {}", step.id, error.one_line()), error);
                const auto* undo = std::get_if<Undo>(&step.undo);
                if (!undo || !undo->may_wait || error.kind() != Kind::paused)
                    taken.stopped_at = step.id;
            }
        }
        return taken;
    }

    [[noreturn]] void fail(const PlannedStep& failed, const Error& error) {
        const Step& step = failed.step;
        if (current.superseded && current.superseded())
            throw Error(fmt::format("{}: another process has taken the operation over", step.id),
                        Kind::busy)
                .remedy("locum upgrade status");
        TakenBack taken;
        std::string_view group = group_of(step.id);
        const std::string what = fmt::format("{}: {}", step.id, error.one_line());
        try {
            if (failed.on_failure == OnFailure::undo_all)
                taken = take_back_all([](const Step&) { return true; });
            else if (failed.on_failure == OnFailure::undo_group_then_stop)
                taken =
                    take_back_all([&](const Step& other) { return group_of(other.id) == group; });
        } catch (const Error& journal_error) {
            // What was done is known to nobody but the journal: it stays until that can be read.
            throw Error(fmt::format("{}; and nothing more was undone, since the journal cannot be "
                                    "read or written: {}",
                                    what, journal_error.one_line()),
                        journal_error.kind() == Kind::busy ? Kind::busy : Kind::paused)
                .remedy(journal_error.remedy());
        }
        const Kind kind = error.kind() == Kind::busy ? Kind::busy : Kind::paused;
        if (!taken.failures.empty()) {
            const bool broken =
                error.kind() == Kind::needs_attention || failed.on_failure == OnFailure::undo_all;
            throw Error(what + taken.text(), taken.kind != Kind::paused ? taken.kind
                                             : broken                   ? Kind::needs_attention
                                                                        : kind)
                .remedy(taken.remedy.empty() ? error.remedy() : taken.remedy);
        }
        if (!taken.at_the_end.empty())
            throw Error(what + taken.text(),
                        error.kind() == Kind::needs_attention ? error.kind() : kind)
                .remedy(error.remedy());
        if (failed.on_failure == OnFailure::undo_all)
            throw Error(what + "; everything was undone",
                        error.kind() == Kind::paused ? Kind::failed : error.kind())
                .remedy(error.remedy());
        std::string_view how = failed.on_failure == OnFailure::undo_group_then_stop
                                   ? "; the steps of this group were undone"
                                   : "; nothing was undone";
        throw Error(what + std::string(how), kind).remedy(error.remedy());
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
    std::size_t frontier = 0; // the last step that was begun or passed by an earlier run
    for (std::size_t i = 0; i < plan.steps.size(); ++i)
        if (const StepState& state = known[plan.steps[i].step.id]; state.begun || state.done)
            frontier = i;
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        const PlannedStep& planned = plan.steps[i];
        const Step& step = planned.step;
        // Later steps have been taken on top of it: the world has moved on rightly, and what the
        // step once brought about need not be so any more.
        if (i < frontier && known[step.id].done)
            continue;
        if (skipped.contains(group_of(step.id)))
            continue;
        if (!skipped.empty() && planned.on_failure != OnFailure::skip_group)
            stop_for_skipped(); // it rests on all groups
        if (current.superseded && current.superseded())
            runner.fail(planned, Error("superseded"));
        try {
            if (current.cancelled && current.cancelled())
                throw Error("cancelled on request", Kind::cancelled);
            as_error([&] { runner.apply(step, known[step.id]); });
        } catch (const Error& error) {
            reporter.step(step.id, step.says, Progress::failed, error.one_line());
            if (planned.on_failure != OnFailure::skip_group || error.kind() == Kind::cancelled ||
                (current.superseded && current.superseded()))
                runner.fail(planned, error);
            skipped[std::string(group_of(step.id))] =
                fmt::format("{}: {}", step.id, error.one_line());
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
        if (const std::string effect = irreversible_effect(planned.step, known[planned.step.id]);
            !effect.empty())
            throw Error(effect, Kind::refused).remedy("locum upgrade resume");
    }
    const TakenBack taken = runner.take_back_all([](const Step&) { return true; });
    if (!taken.failures.empty())
        throw Error("rolled back in part:" + taken.text(), taken.kind)
            .remedy(taken.remedy.empty() ? "mend the cause, then roll back again" : taken.remedy);
}

} // namespace locum::engine
