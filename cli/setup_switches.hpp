#pragma once
// The command line of a setup for Windows: the switches that setups have there (`/quiet /log FILE`)
// beside Locum's own options, in what Locum has for them.

#include <string>
#include <vector>

namespace locum::cli {

struct SetupCommand {
    enum class What { install, repair, uninstall, help };
    What what = What::install;
    bool quiet = false;                 // nothing is asked, nothing is said but errors
    bool asks = true;                   // a person may be asked
    std::vector<std::string> arguments; // of the command, with what the switches stand for
};

// Switches in any case, a value behind ':' or as the next word; what follows an option of Locum's
// that takes a value is its value, whatever it looks like. Throws Error(usage) for a word with '/'
// that is no switch, and for switches that contradict each other.
SetupCommand parse_setup_switches(const std::vector<std::string>& words);

// What `/?` prints first. name: of the setup's file.
std::string setup_switches_help(const std::string& name);

} // namespace locum::cli
