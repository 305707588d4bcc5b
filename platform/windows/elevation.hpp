#pragma once
// The calls of Windows that platform/elevation.hpp is made of, so that tests can put others in
// their place: Wine has no consent to ask for.

#include "platform/windows/system.hpp"

#include <functional>
#include <optional>
#include <shellapi.h>
#include <string>
#include <vector>

namespace locum::platform {

struct ElevationCalls {
    std::function<bool()> has_desktop;
    // An error of Windows, or ERROR_SUCCESS.
    std::function<DWORD(SHELLEXECUTEINFOW&)> execute;
    std::function<int(HANDLE)> await; // its exit code; the handle stays open
};
ElevationCalls real_elevation_calls();

std::optional<int> run_elevated(const ElevationCalls& calls, const std::string& program,
                                const std::vector<std::string>& arguments);

} // namespace locum::platform
