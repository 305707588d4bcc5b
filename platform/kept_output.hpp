#pragma once
// Of an output that may be longer than anybody wants: its beginning and its end.

#include <cstddef>
#include <string>
#include <string_view>

namespace locum::platform {

class KeptOutput {
public:
    // As many bytes of its beginning and of its end are kept as half of the limit, at least: what a
    // long run says at its end counts most.
    explicit KeptOutput(std::size_t limit) : half_(limit / 2) {}
    void add(std::string_view read);
    // With a line in between that says how much was left out. Empties it.
    std::string take();

private:
    std::size_t half_;
    std::string head_;
    std::string tail_;
    std::size_t left_out_ = 0;
};

} // namespace locum::platform
