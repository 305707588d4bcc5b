#pragma once
// Where a child writes what nobody reads at once.

#include "platform/windows/system.hpp"

#include <string>

namespace locum::platform {

// Every write goes to its end, and nothing else can be done by it; 0600 where it is new. Others may
// read, rename and remove it. A link is an error.
Handle open_log(const std::string& path);

} // namespace locum::platform
