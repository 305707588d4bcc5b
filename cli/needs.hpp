#pragma once
// What an installation takes of the host, as a person is told before it begins.

#include "installer/install_plan.hpp"

namespace locum::cli {

// "it takes", a line each component, and what is free in the file system that it goes to.
std::string needs_text(const installer::Installation& installation);

} // namespace locum::cli
