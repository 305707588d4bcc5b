#pragma once
// Where a child writes what nobody reads at once.

#include "platform/windows/system.hpp"

#include <string>

namespace locum::platform {

// Every write goes to its end; 0600 where it is new. Others may read, rename and remove it.
Handle open_log(const std::string& path);

} // namespace locum::platform
