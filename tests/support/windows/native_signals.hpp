#pragma once
// What a person at the terminal does to a program, as this system has it; of the same names in
// ../linux. CMake chooses.

#include "platform/process.hpp"

#include <windows.h>

namespace locum::testing {

// Before anything that hears Ctrl-C is made: with its console a process loses its handlers. One of
// its own, since whoever shares one gets it, too.
inline void take_terminal() {
    const HANDLE output = ::GetStdHandle(STD_OUTPUT_HANDLE);
    const HANDLE errors = ::GetStdHandle(STD_ERROR_HANDLE);
    ::FreeConsole();
    ::AllocConsole();
    ::SetStdHandle(STD_OUTPUT_HANDLE, output);
    ::SetStdHandle(STD_ERROR_HANDLE, errors);
    ::SetConsoleCtrlHandler(nullptr, FALSE); // heard, though a group of its own begins deaf to it
}

// This process, which has taken its terminal, gets what Ctrl-C gives it.
inline void press_ctrl_c() {
    ::GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0);
}

// It heard Ctrl-C, and nothing of its own answered. Wine then has the exit code 0.
inline bool ended_by_ctrl_c(const platform::Finished& finished) {
    return finished.signal == 15 || finished.ok();
}

} // namespace locum::testing
