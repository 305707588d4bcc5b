#pragma once
// A moment on both of this host's clocks.

#include <chrono>
#include <cstdint>

namespace example::load {

struct Instant {
    std::int64_t ns = 0;      // monotonic; for durations and order
    std::int64_t unix_ms = 0; // comparable with a copy's snapshot_ms

    static Instant now() {
        using namespace std::chrono;
        return {duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count(),
                duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count()};
    }
};

} // namespace example::load
