#pragma once
// The file of --log, for whoever started a command: what of its run is logged, and the error of one
// that did not begin.

#include <functional>
#include <string>
#include <string_view>

namespace locum::cli {

class LogCopy {
public:
    LogCopy() = default; // nothing is written
    // Throws Error where the file cannot be written.
    explicit LogCopy(const std::string& file);

    // To its end, with the time. Never throws: that it is not written any more is said once.
    void add(std::string_view line);

private:
    std::string file_;
};

// Runs the work; an error that it throws is in the copy, too.
int told_to(LogCopy& copy, const std::function<int()>& work);

// "2026-01-31T12:00:00.123Z", by this host's clock, as lines of logs begin.
std::string log_time();

} // namespace locum::cli
