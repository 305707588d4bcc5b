// Progress on the full screen: a gauge over all steps, and what goes on inside the one under way.
// What was said stands in the terminal afterwards, line by line.

#include "cli/command.hpp"
#include "cli/screen.hpp"
#include "cli/work_text.hpp"
#include "platform/standard_error.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <optional>
#include <vector>

namespace locum::cli {

namespace {

using engine::Progress;
using engine::Reporter;
using Clock = std::chrono::steady_clock;

class ScreenReporter final : public Reporter {
public:
    ScreenReporter(const std::string& title, std::size_t steps) :
        lines_(make_line_reporter([this](const std::string& line) { said_.push_back(line); })),
        steps_(steps) {
        screen_.emplace();
        window_.emplace(*screen_, title);
    }
    ~ScreenReporter() override {
        window_.reset();
        screen_.reset();
        for (const std::string& line : said_)
            platform::to_stderr(fmt::format("{}\n", line));
    }
    ScreenReporter(const ScreenReporter&) = delete;
    ScreenReporter& operator=(const ScreenReporter&) = delete;

    void step(std::string_view id, std::string_view says, Progress progress,
              std::string_view detail) override {
        lines_->step(id, says, progress, detail);
        if (progress == Progress::started) {
            begun_ = says;
            clock_.begin(Clock::now());
        }
        if (progress == Progress::done || progress == Progress::already)
            ++done_;
        const bool back = progress == Progress::failed || progress == Progress::undoing;
        show(back ? fmt::format("{}: {}", name(progress), says) : begun_, 0, "");
    }

    void work(std::string_view, std::uint64_t done, std::uint64_t total,
              std::string_view unit) override {
        show(begun_, work_share(done, total),
             work_text(done, total, unit, clock_.seconds(done, Clock::now())));
    }

    void note(std::string_view text) override { lines_->note(text); }

private:
    void show(const std::string& step, double inside, const std::string& work) {
        const double all = static_cast<double>(std::max<std::size_t>(steps_, 1));
        window_->show((static_cast<double>(done_) + inside) / all, step, work);
    }

    std::vector<std::string> said_;
    std::unique_ptr<Reporter> lines_;
    std::size_t steps_;
    std::size_t done_ = 0;
    std::string begun_; // the step under way
    WorkClock clock_;
    std::optional<Screen> screen_;
    std::optional<ProgressWindow> window_;
};

} // namespace

std::unique_ptr<Reporter> make_screen_reporter(const std::string& title, std::size_t steps) {
    return std::make_unique<ScreenReporter>(title, steps);
}

} // namespace locum::cli
