#pragma once
// The plan of an installation on one host: a pure function of bundle, answers and facts.

#include "engine/step.hpp"
#include "installer/facts.hpp"

namespace locum::installer {

// Everything that the steps of one installation work with; const but for the world.
struct Installation {
    cluster::Layout layout;
    Answers answers;
    const suite::Bundle& bundle;
    Facts facts;
    std::string program; // that the agent runs from

    const suite::Manifest& manifest() const { return bundle.manifest(); }
    bool first() const { return !answers.create_token.empty(); }
    bool server() const;   // a server component is selected
    bool balancer() const; // the balancer component is selected
    // Of each selected component.
    std::vector<std::string> roles() const;
};

std::vector<std::string> roles_of(const suite::Manifest& manifest,
                                  const std::vector<std::string>& components);

// The installation must outlive the plan.
engine::Plan install_plan(const Installation& installation);

} // namespace locum::installer
