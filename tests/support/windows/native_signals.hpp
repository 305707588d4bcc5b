#pragma once
// What a person at the terminal does to a program, as this system has it; of the same name in
// ../linux. CMake chooses.

#include <windows.h>

namespace locum::testing {

// This process gets what Ctrl-C gives it; at a console of its own from then on, since whoever
// shares one gets it, too.
inline void press_ctrl_c() {
    const HANDLE output = ::GetStdHandle(STD_OUTPUT_HANDLE);
    const HANDLE errors = ::GetStdHandle(STD_ERROR_HANDLE);
    ::FreeConsole();
    ::AllocConsole();
    ::SetStdHandle(STD_OUTPUT_HANDLE, output);
    ::SetStdHandle(STD_ERROR_HANDLE, errors);
    ::SetConsoleCtrlHandler(nullptr, FALSE); // heard, though a group of its own begins deaf to it
    ::GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0);
}

} // namespace locum::testing
