#pragma once
// Something that must hold for a while before it counts, as far as can be seen by asking now and
// then.

#include <chrono>
#include <optional>

namespace locum::upgrade::steps {

class Settled {
public:
    using Time = std::chrono::steady_clock::time_point;

    // What one question found, put and answered at these times. True once it held for `settle`:
    // from the end of the first question that found so to the beginning of this one, and in all
    // between.
    bool after(bool holds, Time asked, Time answered, std::chrono::milliseconds settle) {
        if (!holds)
            since_.reset();
        else if (!since_)
            since_ = answered;
        return since_ && (settle.count() == 0 || asked >= *since_ + settle);
    }
    // It held when last asked.
    bool begun() const { return since_.has_value(); }

private:
    std::optional<Time> since_;
};

} // namespace locum::upgrade::steps
