#pragma once
// SIGTERM, SIGINT and SIGHUP as a condition to wait for or to ask about; but no SIGHUP that is
// ignored, as under nohup.

namespace locum::platform {

// Blocks them for this thread and all that it starts afterwards; so made first in main.
class StopSignals {
public:
    StopSignals();
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;
    // Until one arrives.
    void wait();
    // One has arrived. Takes it.
    bool arrived();
};

} // namespace locum::platform
