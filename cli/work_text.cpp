#include "cli/work_text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::cli {

namespace {

std::string scaled(double count, std::string_view unit) {
    if (unit == "bytes") {
        for (std::string_view larger : {"B", "KB", "MB", "GB"}) {
            if (count < 999.5) // which three digits would make 1e+03
                return fmt::format("{:.3g} {}", count, larger);
            count /= 1000;
        }
        return fmt::format("{:.3g} TB", count);
    }
    return fmt::format("{:.0f} {}", count, unit);
}

std::string time_left(double seconds) {
    if (seconds < 99.5)
        return fmt::format("{:.0f} s", seconds);
    if (seconds < 99.5 * 60)
        return fmt::format("{:.0f} min", seconds / 60);
    return fmt::format("{:.1f} h", seconds / 3600);
}

} // namespace

double work_share(std::uint64_t done, std::uint64_t total) {
    return total == 0 ? 0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
}

std::string work_text(std::uint64_t done, std::uint64_t total, std::string_view unit,
                      double seconds) {
    const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
    std::string text = total == 0 ? scaled(static_cast<double>(done), unit)
                                  : fmt::format("{:3.0f} %", work_share(done, total) * 100);
    if (rate > 0)
        text += fmt::format("  {}/s", scaled(rate, unit));
    if (rate > 0 && total > done)
        text += fmt::format("  {} left", time_left(static_cast<double>(total - done) / rate));
    return text;
}

void WorkClock::begin(Time now) {
    begun_ = now;
    done_ = 0;
}

double WorkClock::seconds(std::uint64_t done, Time now) {
    if (done < done_)
        begun_ = now;
    done_ = done;
    return std::chrono::duration<double>(now - begun_).count();
}

} // namespace locum::cli
