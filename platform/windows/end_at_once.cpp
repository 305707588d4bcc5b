#include "engine/end_at_once.hpp"

#include "platform/windows/job.hpp"

#include <cstdlib>

namespace locum::engine {

void end_at_once() {
    ::TerminateProcess(::GetCurrentProcess(), platform::killed_code);
    std::_Exit(static_cast<int>(platform::killed_code)); // never
}

} // namespace locum::engine
