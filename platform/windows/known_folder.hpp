#pragma once
// Folders that Windows has for a purpose, wherever they are on this host.

#include "platform/windows/system.hpp"

#include <knownfolders.h>
#include <shtypes.h>
#include <string>

namespace locum::platform {

// Throws Error where it cannot be told.
std::string known_folder(const KNOWNFOLDERID& id);

} // namespace locum::platform
