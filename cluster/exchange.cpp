#include "cluster/exchange.hpp"

namespace locum::cluster {

namespace {
constexpr std::size_t held_limit = 4U << 20; // bytes of progress
}

void Exchange::progress(const std::string& line) {
    {
        const std::lock_guard lock(mutex_);
        if (gone_ || finished_ || text_.size() + line.size() > held_limit)
            return;
        text_ += line;
    }
    notify_();
}

void Exchange::finish(const std::string& last_line) {
    {
        const std::lock_guard lock(mutex_);
        finished_ = true;
        if (!gone_)
            text_ += last_line;
    }
    notify_();
}

std::pair<std::string, bool> Exchange::take() {
    const std::lock_guard lock(mutex_);
    return {std::exchange(text_, {}), finished_};
}

void Exchange::caller_is_gone() {
    const std::lock_guard lock(mutex_);
    gone_ = true;
    text_.clear();
}

} // namespace locum::cluster
