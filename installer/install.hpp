#pragma once
// The whole of an installation on one host, from the bundle's file to a node that is well.

#include "engine/check.hpp"
#include "installer/install_plan.hpp"

#include <memory>

namespace locum::installer {

// How the bundle relates to what is installed here.
enum class Relation { none, same, newer };

struct Prepared {
    // Owned here, since the installation refers to it.
    std::unique_ptr<suite::Bundle> bundle;
    Installation installation;
    Relation relation = Relation::none;
    std::vector<engine::Finding> findings; // of a new installation
};

// Opens and verifies the bundle with the key that the answers, the token or the node itself name;
// gathers facts. Changes nothing. Throws Error: not_trusted; refused for an older version over a
// newer one with another schema (R1.28).
Prepared prepare(const std::string& bundle_file, const Answers& answers, const std::string& root,
                 const std::string& program);

// Runs the plan under this host's lock, with its journal; takes up an installation with the same
// inputs that was cut off, and refuses one with others.
// cancelled: asked before each step; true takes everything back.
void install(const Installation& installation, const engine::Plan& plan,
             const std::function<bool()>& cancelled, engine::Reporter& reporter);

} // namespace locum::installer
