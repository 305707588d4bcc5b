#pragma once
// What `locum install BUNDLE` does on a terminal without an answers file: it asks.

#include "cli/face.hpp"
#include "installer/install.hpp"
#include "installer/modification.hpp"

#include <optional>

namespace locum::cli {

struct WizardRequest {
    std::string bundle; // absolute
    std::string root;   // --root; empty: the host itself
    std::string program;
    std::vector<std::string> ignored; // --ignore
};

struct Wish {
    enum class What {
        install,
        take_back, // an installation that was cut off
        modify,
        resume_modification, // one that was cut off
        take_back_modification,
        repair,
        nothing
    };
    What what = What::install;
    std::optional<installer::Prepared> prepared = {}; // of install, or:
    // What was begun goes on by these. To be prepared when the face is gone: it may ask for a
    // password again.
    std::optional<installer::Answers> begun = {};
    installer::Selection selection = {}; // of modify
};

// Asks until it can begin and is wanted; shows what is found, and the plan, which is accepted. Over
// another version it is this host's part of an upgrade; over the same one, a modification or a
// repair; what was cut off goes on, or is taken back. Changes nothing. Throws Error: cancelled
// where the person leaves; what the bundle or its trust is refused for.
Wish ask_wish(const WizardRequest& request, Face& face);

} // namespace locum::cli
