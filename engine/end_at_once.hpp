#pragma once
// The one call of the system that this layer needs: its files are in platform/linux and
// platform/windows, and part of this library.

namespace locum::engine {

// As if this process were killed from outside: nothing is flushed, nobody is asked. Others are told
// that it ended by signal 9 (platform/process.hpp).
[[noreturn]] void end_at_once();

} // namespace locum::engine
