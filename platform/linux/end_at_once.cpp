#include "engine/end_at_once.hpp"

#include <csignal>
#include <cstdlib>

namespace locum::engine {

void end_at_once() {
    std::raise(SIGKILL);
    std::_Exit(128 + SIGKILL); // never
}

} // namespace locum::engine
