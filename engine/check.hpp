#pragma once
// Findings of preflight: all checks run, all findings are reported together, before the first
// write.

#include "engine/error.hpp"

#include <functional>
#include <string>
#include <vector>

namespace locum::engine {

enum class Severity { warning, error };

struct Finding {
    std::string name; // stable, kebab-case; what --ignore names
    Severity severity = Severity::error;
    std::string found;
    std::string expected;
    std::string remedy;
    bool may_be_ignored = false; // by an operator who knows better; else strict
    bool operator==(const Finding&) const = default;
};

// Returns what it found to be wrong; nothing where all is well. A thrown Error becomes a finding.
struct Check {
    std::string name;
    std::function<std::vector<Finding>()> run;
};

std::vector<Finding> run_checks(const std::vector<Check>& checks);

// Findings with these names become warnings. Throws Error(usage) where one of them is strict.
std::vector<Finding> demoted(std::vector<Finding> findings, const std::vector<std::string>& names);

// Throws Error(refused) that lists every finding of severity error; warnings stay with the caller.
void require_no_errors(const std::vector<Finding>& findings);

// "name: found …; expected …; remedy" on one line, with --ignore where that is possible.
std::string to_line(const Finding& finding);

} // namespace locum::engine
