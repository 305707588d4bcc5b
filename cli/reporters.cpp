#include "cli/command.hpp"
#include "cli/document.hpp"
#include "cli/work_text.hpp"
#include "platform/standard_error.hpp"
#include "platform/terminal.hpp"

#include <chrono>
#include <cstdio>
#include <fmt/format.h>

namespace locum::cli {

namespace {

using engine::Progress;
using Clock = std::chrono::steady_clock;

enum class Detail {
    lines,  // one a step
    bar,    // and a bar for the work inside the step under way
    verbose // lines only: what begins and how far work is, too
};

// Of work that is told in lines.
constexpr std::chrono::seconds between_lines{2};

class LineReporter final : public engine::Reporter {
public:
    // say: whole lines, without their end.
    LineReporter(Say say, Detail detail) : say_(std::move(say)), detail_(detail) {}

    void step(std::string_view id, std::string_view says, Progress progress,
              std::string_view detail) override {
        clear();
        switch (progress) {
        case Progress::started:
            begun_ = told_ = Clock::now();
            clock_.begin(begun_);
            if (detail_ != Detail::lines)
                draw(fmt::format(" ...  {}  {}", id, says));
            return;
        case Progress::done:
            line("done", id, says, detail, true);
            return;
        case Progress::already:
            line("was", id, says, detail, false);
            return;
        case Progress::failed:
            line("FAIL", id, says, detail, false);
            return;
        case Progress::undoing:
            if (detail_ == Detail::verbose)
                draw(fmt::format(" ...  {}  undo: {}", id, says));
            return;
        case Progress::undone:
            line("undo", id, says, detail, false);
            return;
        }
    }

    void work(std::string_view id, std::uint64_t done, std::uint64_t total,
              std::string_view unit) override {
        if (detail_ == Detail::lines ||
            (detail_ == Detail::verbose && Clock::now() - told_ < between_lines))
            return;
        told_ = Clock::now();
        const double seconds = clock_.seconds(done, told_);
        std::string bar;
        if (total > 0)
            bar = fmt::format(
                "[{:<20}] ",
                std::string(static_cast<std::size_t>(work_share(done, total) * 20), '#'));
        draw(fmt::format(" ...  {}  {}{}", id, bar, work_text(done, total, unit, seconds)));
    }

    void note(std::string_view text) override {
        clear();
        say_(fmt::format("      {}", text));
    }

private:
    void line(std::string_view mark, std::string_view id, std::string_view says,
              std::string_view detail, bool timed) {
        std::string text = fmt::format("{:>4}  {}: {}", mark, id, says);
        if (!detail.empty())
            text += fmt::format(" ({})", detail);
        if (timed && Clock::now() - begun_ > std::chrono::seconds(1))
            text += fmt::format(" [{:.1f} s]",
                                std::chrono::duration<double>(Clock::now() - begun_).count());
        say_(text);
    }
    void draw(const std::string& text) {
        if (detail_ == Detail::verbose) {
            say_(text);
            return;
        }
        // Cut at the window's width: a wrapped line could not be taken back.
        platform::to_stderr(
            fmt::format("\r\033[K{}", text.substr(0, platform::terminal_columns() - 1)));
        drawn_ = true;
    }
    void clear() {
        if (drawn_)
            platform::to_stderr("\r\033[K");
        drawn_ = false;
    }

    Say say_;
    Detail detail_;
    bool drawn_ = false;
    Clock::time_point begun_ = Clock::now();
    Clock::time_point told_ = Clock::now();
    WorkClock clock_;
};

class JsonReporter final : public engine::Reporter {
public:
    void step(std::string_view id, std::string_view says, Progress progress,
              std::string_view detail) override {
        print_event(
            "step",
            {{"step", id}, {"says", says}, {"progress", name(progress)}, {"detail", detail}});
    }
    void work(std::string_view id, std::uint64_t done, std::uint64_t total,
              std::string_view unit) override {
        print_event("work", {{"step", id}, {"done", done}, {"total", total}, {"unit", unit}});
    }
    void note(std::string_view text) override { print_event("note", {{"text", text}}); }
};

} // namespace

std::unique_ptr<engine::Reporter> make_reporter(const Common& common) {
    if (common.json)
        return std::make_unique<JsonReporter>();
    if (common.quiet)
        return std::make_unique<engine::SilentReporter>();
    const char* terminal = std::getenv("TERM");
    const bool dumb = !terminal || std::string_view(terminal) == "dumb";
    const bool bar = platform::stderr_is_terminal() && !dumb;
    return std::make_unique<LineReporter>(
        [](const std::string& line) { platform::to_stderr(fmt::format("{}\n", line)); },
        common.verbose ? Detail::verbose
        : bar          ? Detail::bar
                       : Detail::lines);
}

std::unique_ptr<engine::Reporter> make_line_reporter(Say say) {
    return std::make_unique<LineReporter>(std::move(say), Detail::lines);
}

} // namespace locum::cli
