#pragma once
// Findings of checks, as tests compare them.

#include "engine/check.hpp"

#include <string>
#include <vector>

namespace locum::testing {

inline std::vector<std::string> names(const std::vector<engine::Finding>& findings) {
    std::vector<std::string> all;
    for (const engine::Finding& finding : findings)
        all.push_back(finding.name);
    return all;
}

} // namespace locum::testing
