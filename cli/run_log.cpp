#include "cli/run_log.hpp"
#include "engine/locum_version.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/host.hpp"
#include "platform/restart.hpp"
#include "platform/standard_error.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::cli {

namespace {

using Clock = std::chrono::system_clock;

// By time, so that a listing is in order; the rest parts runs of one second.
std::string file_name(std::string_view command) {
    std::string name =
        fmt::format("{:%Y%m%dT%H%M%SZ}-{}-{}.log", fmt::gmtime(Clock::to_time_t(Clock::now())),
                    command, platform::hex(platform::random_bytes(3)));
    std::replace(name.begin(), name.end(), ' ', '-');
    return name;
}

// The work is done, but for files that were in use: the exit code says so.
int with_restart(const Common& common, int code) {
    if (code != 0)
        return code;
    const std::vector<std::string> left = platform::left_for_restart();
    if (left.empty())
        return code;
    if (!common.quiet)
        platform::to_stderr(restart_text(left));
    return platform::restart_exit_code();
}

} // namespace

std::string restart_text(const std::vector<std::string>& left) {
    const std::string more =
        left.size() == 1 ? " was" : fmt::format(" and {} more files were", left.size() - 1);
    return fmt::format("note: {}{} in use, and {} removed when the host starts next: restart it\n",
                       left.front(), more, left.size() == 1 ? "is" : "are");
}

RunLog::RunLog(const cluster::Layout& layout, std::string_view command,
               std::function<void(const std::string&)> warn, LogCopy copy) :
    folder_(layout.logs()),
    file_(folder_ + "/" + file_name(command)), warn_(std::move(warn)), copy_(std::move(copy)) {
    const std::string head = fmt::format("Locum {}: {}, suite {}, on {}", engine::locum_version(),
                                         command, layout.suite, platform::host_name());
    kept_ = fmt::format("{} {}\n", log_time(), head);
    copy_.add(head);
}

void RunLog::end(std::string_view line) {
    if (used_)
        add(line);
}

void RunLog::add(std::string_view line) {
    used_ = true;
    copy_.add(line);
    if (ended_)
        return;
    kept_ += fmt::format("{} {}\n", log_time(), line);
    write();
}

void RunLog::write() {
    try {
        if (!platform::exists(begun_ ? file_ : folder_)) {
            ended_ = begun_; // it was removed with the suite
            return;
        }
        platform::append_to(file_, kept_);
        begun_ = true;
        kept_.clear();
    } catch (const engine::Error& error) {
        ended_ = true;
        warn_(fmt::format("the log {} is not written any more: {}", file_, error.one_line()));
    }
}

std::string RunLog::file() const {
    return begun_ && platform::exists(file_) ? file_ : "";
}

RunReporter::RunReporter(const Common& common, const cluster::Layout& layout,
                         std::string_view command) :
    shown_(make_reporter(common)),
    log_(
        layout, command,
        [this, quiet = common.quiet](const std::string& text) {
            if (quiet)
                platform::to_stderr(fmt::format("warning: {}\n", text));
            else
                shown_->note("warning: " + text);
        },
        common.copy) {}

void RunReporter::show_by(std::unique_ptr<engine::Reporter> shown) {
    shown_ = std::move(shown);
}

void RunReporter::step(std::string_view id, std::string_view says, engine::Progress progress,
                       std::string_view detail) {
    log_.add(fmt::format("{} {}: {}{}", name(progress), id, says,
                         detail.empty() ? "" : fmt::format(" ({})", detail)));
    shown_->step(id, says, progress, detail);
}

void RunReporter::work(std::string_view id, std::uint64_t done, std::uint64_t total,
                       std::string_view unit) {
    shown_->work(id, done, total, unit);
}

void RunReporter::note(std::string_view text) {
    log_.add(fmt::format("note {}", text));
    shown_->note(text);
}

int logged(const Common& common, const cluster::Layout& layout, std::string_view command,
           const std::function<int(RunReporter&)>& work) {
    RunReporter reporter(common, layout, command);
    RunLog& log = reporter.log();
    const auto failed = [&](const engine::Error& error) {
        log.end(fmt::format("ended, exit code {}: {}", engine::exit_code(error.kind()),
                            error.one_line()));
        if (!error.remedy().empty())
            log.end("try: " + error.remedy());
        if (const std::string file = log.file(); !file.empty())
            throw Logged{error, file};
    };
    const auto name_log = [&] {
        if (const std::string file = log.file(); !file.empty() && !common.quiet) {
            std::fflush(stdout); // it is the last line
            platform::to_stderr(fmt::format("log: {}\n", file));
        }
    };
    try {
        const int code = with_restart(common, work(reporter));
        log.end(fmt::format("ended, exit code {}", code));
        name_log();
        return code;
    } catch (const engine::Error& error) {
        failed(error);
        throw;
    } catch (const std::exception& error) {
        if (std::ferror(stdout) != 0) { // main says so
            log.end("ended: standard output cannot be written");
            name_log();
            throw;
        }
        failed(unexpected(error));
        throw;
    }
}

} // namespace locum::cli
