#pragma once
// What the server says of itself, on standard error.

#include <string>

namespace endpoint {

// A line. Where it cannot be written, as on a full disk, the server serves all the same.
void log(const std::string& text);

} // namespace endpoint
