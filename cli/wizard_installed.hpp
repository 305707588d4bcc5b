#pragma once
// What the wizard asks where something is installed already, or was begun.

#include "cli/wizard.hpp"
#include "cluster/layout.hpp"
#include "installer/begun.hpp"

namespace locum::cli {

// "SUITE 1.0 is installed here, and this bundle is newer". version: that is installed.
std::string relation_text(const suite::Manifest& bundle, const std::string& version);

// To go on with it, or to take it back.
Wish wish_over_begun(Face& face, const installer::Begun& begun);

// Over another version this host's part of an upgrade; over the same one nothing, a modification or
// a repair. Each plan was shown and accepted.
Wish wish_over_installed(const WizardRequest& request, Face& face, const cluster::Layout& layout);

} // namespace locum::cli
