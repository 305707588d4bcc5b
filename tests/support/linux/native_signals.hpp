#pragma once
// What a person at the terminal does to a program, as this system has it; of the same names in
// ../windows. CMake chooses.

#include "platform/process.hpp"

#include <csignal>

namespace locum::testing {

// Before anything that hears Ctrl-C is made. Here it comes without a terminal.
inline void take_terminal() {}

// This process, which has taken its terminal, gets what Ctrl-C gives it.
inline void press_ctrl_c() {
    std::raise(SIGINT);
}

// It heard Ctrl-C, and nothing of its own answered.
inline bool ended_by_ctrl_c(const platform::Finished& finished) {
    return finished.signal == SIGINT;
}

} // namespace locum::testing
