#pragma once
// What a command that was told or asked something must have done to count: one measure for probes,
// balancers, reloads and migrations.

#include "platform/process.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace locum::platform {

// The lines of what was printed, without blanks at their ends and without empty ones.
std::vector<std::string> lines(const std::string& printed);

// "": it ended within the limit with exit code 0 and, where `line` is not empty, printed it as one
// of its lines to standard output. Else what it did instead: "ended with exit code 1; expected exit
// code 0", "did not print the line 'drained' to its standard output".
std::string fault(const Finished& finished, const std::string& line,
                  std::chrono::milliseconds limit);

// What was printed as text for people, JSON and databases: valid UTF-8, without control characters
// but tabs and line breaks.
std::string readable(const std::string& printed);

} // namespace locum::platform
