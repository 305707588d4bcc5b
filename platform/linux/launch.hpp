#pragma once
// How run() and a Companion begin a child.

#include "platform/process.hpp"

#include <sys/types.h>

namespace locum::platform {

// In a group of its own, with these three descriptors and no others; it is killed with the thread
// that calls. Throws Error where it cannot be executed.
pid_t launch(const Command& command, int input, int output, int errors);

} // namespace locum::platform
