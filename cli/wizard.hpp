#pragma once
// What `locum install BUNDLE` does on a terminal without an answers file: it asks.

#include "cli/face.hpp"
#include "installer/install.hpp"

namespace locum::cli {

struct WizardRequest {
    std::string bundle; // absolute
    std::string root;   // --root; empty: the host itself
    std::string program;
    std::vector<std::string> ignored; // --ignore
};

// Asks until an installation can begin and is wanted; shows what is found, and the plan. Over an
// installation that is there nothing is asked: its own answers count. One that was cut off goes on,
// or is taken back if that is wanted: then nullopt. Changes nothing. Throws Error: cancelled where
// the person leaves; what the bundle or its trust is refused for.
std::optional<installer::Prepared> ask_installation(const WizardRequest& request, Face& face);

} // namespace locum::cli
