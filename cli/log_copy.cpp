#include "cli/log_copy.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/standard_error.hpp"

#include <chrono>
#include <fmt/chrono.h>

namespace locum::cli {

using Clock = std::chrono::system_clock;

LogCopy::LogCopy(const std::string& file) : file_(platform::absolute(file)) {
    platform::append_to(file_, "");
}

void LogCopy::add(std::string_view line) {
    if (file_.empty())
        return;
    try {
        platform::append_to(file_, fmt::format("{} {}\n", log_time(), line));
    } catch (const engine::Error& error) {
        platform::to_stderr(
            fmt::format("warning: {} is not written any more: {}\n", file_, error.one_line()));
        file_.clear();
    }
}

int told_to(LogCopy& copy, const std::function<int()>& work) {
    try {
        return work();
    } catch (const engine::Error& error) {
        copy.add(fmt::format("error: {}", error.one_line()));
        throw;
    }
}

std::string log_time() {
    const Clock::time_point time = Clock::now();
    const auto ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(Clock::to_time_t(time)),
                       ms % 1000);
}

} // namespace locum::cli
