#pragma once
// All checks of preflight, of installations and upgrades: the one list of what they look at and
// which of them an operator may know better. docs/operator-guide.md shows it (`locum debug
// checks`).

#include "engine/check.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace locum::installer {

struct CheckInfo {
    std::string_view name;
    std::string_view looks_at;
    // Why it cannot be ignored; empty: it can.
    std::string_view strict;
    bool only_warns = false;
};
const std::vector<CheckInfo>& checks();

// Findings with these names become warnings. Throws Error(usage) for a name that is no check's, and
// for that of a strict one, with the reason.
std::vector<engine::Finding> demoted(std::vector<engine::Finding> findings,
                                     const std::vector<std::string>& ignored);
// One of them keeps the work from beginning (engine::require_no_errors throws it).
bool has_errors(const std::vector<engine::Finding>& findings);

} // namespace locum::installer
