#pragma once
// What the facts of a node that is said to be gone come to: proof, what speaks against it, and what
// follows where it is removed. Pure.

#include "engine/check.hpp"
#include "upgrade/remove_facts.hpp"

namespace locum::upgrade {

struct Evidence {
    std::vector<std::string> proof; // a sentence each
    // "node-alive", strict: something of it lives. "node-unproven": it cannot be told.
    std::vector<engine::Finding> findings;
};
Evidence evidence_of(const RemovalFacts& facts);

// A sentence each.
std::vector<std::string> consequences_of(const RemovalFacts& facts);

} // namespace locum::upgrade
