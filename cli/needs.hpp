#pragma once
// What an installation takes of the host, as a person or a program is told before it begins.

#include "installer/install_plan.hpp"

#include <nlohmann/json_fwd.hpp>

namespace locum::cli {

// "it takes", a line each component and each file system that is written.
std::string needs_text(const installer::Installation& installation);
// Puts the same into a document of kind "plan": "needs" and "file-systems".
void add_needs(const installer::Installation& installation, nlohmann::json& plan);

} // namespace locum::cli
