#pragma once
// SIGTERM, SIGINT and SIGHUP as a condition to wait for or to ask about; but no SIGHUP that is
// ignored, as under nohup. Windows: Ctrl-C, CTRL_BREAK, a console that is closed, a host that is
// shut down, and send_signal() of another process.

#include <string>

namespace locum::platform {

// First in main, whatever this process was started with: a pipe without a reader is an error of the
// write, and of each child it is known how it ended. Windows: nothing, it is so there.
void take_usual_signals();

// Blocks them for this thread and all that it starts afterwards; so made first in main. Windows:
// for the whole process; one at a time.
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

// While a person is asked and nothing has been changed: Ctrl-C writes the text to standard error
// and ends the program with the exit code, where the signal alone would end it with none of ours.
// Not where it is ignored. One at a time.
class EndByCtrlC {
public:
    EndByCtrlC(std::string text, int exit_code);
    ~EndByCtrlC();
    EndByCtrlC(const EndByCtrlC&) = delete;
    EndByCtrlC& operator=(const EndByCtrlC&) = delete;

private:
    std::string text_;
};

} // namespace locum::platform
