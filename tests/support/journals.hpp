#pragma once
// A journal and a reporter that let a test look on, or cut a run off.

#include "engine/journal.hpp"
#include "engine/reporter.hpp"

#include <functional>

namespace locum::testing {

// What a killed process looks like from within: no handler for errors sees it.
struct Killed {};

// Lets a hook see each record before and after it is kept; the hook may throw Killed.
class WatchedJournal final : public engine::Journal {
public:
    enum class When { before, after };
    using Hook = std::function<void(const engine::Record&, When)>;
    WatchedJournal(engine::Journal& kept, Hook hook) : kept_(kept), hook_(std::move(hook)) {}

    void append(const engine::Record& record) override {
        hook_(record, When::before);
        kept_.append(record);
        hook_(record, When::after);
    }
    std::vector<engine::Record> records(std::string_view operation) const override {
        return kept_.records(operation);
    }

private:
    engine::Journal& kept_;
    Hook hook_;
};

// Throws Killed at the boundary-th boundary between records: 0 is before the first append, 1 after
// it, 2 before the second, and so on.
inline WatchedJournal::Hook killed_at(std::size_t boundary) {
    return
        [boundary, passed = std::size_t{0}](const engine::Record&, WatchedJournal::When) mutable {
            if (passed++ == boundary)
                throw Killed{};
        };
}

// Keeps what it was told: "node-1/drain done (5 ms)".
class KeepingReporter final : public engine::Reporter {
public:
    void step(std::string_view id, std::string_view, engine::Progress progress,
              std::string_view detail) override {
        std::string line = std::string(id) + " " + std::string(name(progress));
        if (!detail.empty())
            line += " (" + std::string(detail) + ")";
        lines.push_back(std::move(line));
    }
    void work(std::string_view, std::uint64_t, std::uint64_t, std::string_view) override {}
    void note(std::string_view text) override { notes.emplace_back(text); }

    std::vector<std::string> lines;
    std::vector<std::string> notes;
};

} // namespace locum::testing
