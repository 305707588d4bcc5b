#pragma once
// What a person at the terminal does to a program, as this system has it; of the same name in
// ../windows. CMake chooses.

#include <csignal>

namespace locum::testing {

// This process gets what Ctrl-C gives it.
inline void press_ctrl_c() {
    std::raise(SIGINT);
}

} // namespace locum::testing
