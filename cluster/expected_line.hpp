#pragma once
// Commands of a manifest, run on this host: what they print decides, since many a console's exit
// code is 0 for an error too.

#include "suite/manifest.hpp"

#include <string>
#include <vector>

namespace locum::cluster {

// How long such a command may take; then it and its process group are killed.
constexpr std::chrono::milliseconds command_limit{5'000};

// What a message says of a command.
struct CommandPurpose {
    std::string text;   // "to drain node-1 in the balancer"
    std::string remedy; // what to do where it fails
    std::chrono::milliseconds limit = command_limit;
};

// Runs the rendered command. Returns the lines of its standard output, without blanks at their
// ends. Throws Error(failed) where it cannot be executed, does not end in time with exit code 0, or
// prints no line `output` (where that is not empty).
std::vector<std::string> lines_of(const suite::Command& command, const CommandPurpose& purpose);

// For people, and for JSON: short, in one line, printable ASCII whatever was printed.
std::string shown(const std::vector<std::string>& lines);
// "it said: a | b", or that there was nothing.
std::string told(const std::vector<std::string>& lines);

} // namespace locum::cluster
