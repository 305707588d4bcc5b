#include "platform/kept_output.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace locum::platform {

void KeptOutput::add(std::string_view read) {
    const std::size_t first = std::min(read.size(), half_ - head_.size());
    head_.append(read.substr(0, first));
    tail_.append(read.substr(first));
    if (tail_.size() <= 2 * half_)
        return;
    left_out_ += tail_.size() - half_;
    tail_.erase(0, tail_.size() - half_);
}

std::string KeptOutput::take() {
    if (left_out_ > 0)
        head_ += fmt::format("\n[{} bytes left out]\n", left_out_);
    return std::move(head_) + std::move(tail_);
}

} // namespace locum::platform
