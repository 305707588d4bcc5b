#pragma once
// The whole of an installation on one host, from the bundle's file to a node that is well.

#include "cluster/clock.hpp"
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
    // The cluster that is to be joined would not admit this node: an operation is open there, or
    // the token is another network's.
    std::optional<engine::Error> not_admitted;
    // Of the cluster that is to be joined, and this host's; none on a first node.
    std::vector<cluster::Clock> clocks = {};
};

// Throws what speaks against the installation: all findings at once, else not_admitted.
void require_ready(const Prepared& prepared);

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

// Takes back what an installation that was cut off has done on this host, by its journal and the
// inputs that were kept with it; secrets are read again from where its answers say. bundle_file:
// where its bundle is now; empty: where it was. Throws Error: usage where none was begun;
// needs_attention where something cannot be undone: then it can be tried again.
void roll_back(const cluster::Layout& layout, const std::string& bundle_file,
               const std::string& program, engine::Reporter& reporter);

} // namespace locum::installer
