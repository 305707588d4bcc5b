#pragma once
// What DPAPI says where it opens nothing.

#include "platform/windows/system.hpp"

namespace locum::platform {

// The bytes are another computer's, of another purpose or altered: no later try opens them. Every
// other code tells of the moment, as of a service that does not run.
bool is_of_elsewhere(DWORD code);

} // namespace locum::platform
