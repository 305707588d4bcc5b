#pragma once
// What a run that changes something did, in a file for people. Locum never reads it: what was begun
// and done is in the journals.

#include "cli/command.hpp"
#include "engine/error.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace locum::cli {

// One file for each run, in the suite's folder of logs: that is made by the installation, and until
// it is there lines are kept. Where nothing can be written any more, this is said once, by warn.
class RunLog {
public:
    // command: "upgrade run". copy: gets all lines, too.
    RunLog(const cluster::Layout& layout, std::string_view command,
           std::function<void(const std::string&)> warn, LogCopy copy = {});

    // Both add the time, and never throw.
    void add(std::string_view line);
    // How it ended; of a run that did nothing there is no log.
    void end(std::string_view line);
    // The file; "": there is none, or it went with the suite.
    std::string file() const;

private:
    void write();

    std::string folder_;
    std::string file_;
    std::string kept_; // not written yet
    bool used_ = false;
    bool begun_ = false; // the file
    bool ended_ = false; // it went away, or cannot be written
    std::function<void(const std::string&)> warn_;
    LogCopy copy_;
};

// Shows progress, and logs it.
class RunReporter final : public engine::Reporter {
public:
    RunReporter(const Common& common, const cluster::Layout& layout, std::string_view command);

    // From now on it is shown by another one; the one before is gone when this returns.
    void show_by(std::unique_ptr<engine::Reporter> shown);
    RunLog& log() { return log_; }

    void step(std::string_view id, std::string_view says, engine::Progress progress,
              std::string_view detail) override;
    void work(std::string_view id, std::uint64_t done, std::uint64_t total,
              std::string_view unit) override;
    void note(std::string_view text) override;

private:
    std::unique_ptr<engine::Reporter> shown_;
    RunLog log_;
};

// What is told of files that only the next start of the host removes; there is one at least.
std::string restart_text(const std::vector<std::string>& left);

// An error of a run, and the log that it is in.
struct Logged {
    engine::Error error;
    std::string file;
};

// Runs the work, whose progress is shown as common says, and logged. The log is named when it ends,
// on standard error, unless that is to be quiet. An error is thrown as Logged where there is a log;
// but for one that only says that standard output cannot be written.
// Returns the work's exit code; where that is 0 and something waits for a restart of the host, the
// one that says so.
int logged(const Common& common, const cluster::Layout& layout, std::string_view command,
           const std::function<int(RunReporter&)>& work);

} // namespace locum::cli
