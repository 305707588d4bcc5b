#pragma once
// `locum modify`: components are added to an installed node, or removed from it. In upgrade/ since
// it drains a server as an upgrade does.

#include "engine/check.hpp"
#include "engine/error.hpp"
#include "engine/step.hpp"
#include "installer/answers.hpp"
#include "installer/modification.hpp"
#include "token/network_token.hpp"

#include <functional>
#include <string>
#include <vector>

namespace locum::upgrade {

struct ModifyRequest {
    cluster::Layout layout;
    std::string program; // that the agent runs from
    std::string bundle;  // of the version that is installed; empty: the kept one
    installer::Selection selection;
    std::optional<installer::Answers> answers = {};
    std::optional<token::NetworkToken> token = {}; // for a node without a server
    std::vector<std::string> ignored = {};         // names of findings
    std::function<bool()> cancelled = {};
};

struct Modifying {
    std::string node;
    std::string title;
    std::vector<engine::PlanLine> plan; // none: the node is so already
    std::vector<std::string> notes;     // what clients and the operator notice, a sentence each
    std::vector<engine::Finding> findings;
    // A server would not let it: something that has an exit code of its own.
    std::optional<engine::Error> not_admitted;
    std::vector<std::string> components; // of the node, afterwards
};

// What `modify` would do; changes nothing. What speaks against it as a finding is in the answer.
// Throws Error: busy (an operation is open), unfinished (something else was begun here), refused
// (the last server or the last component; the cluster cannot be reached).
Modifying modifying_of(const ModifyRequest& request);

// Does it under this host's lock and, with a server, the cluster's lease; what was cut off is taken
// up by the same request. Throws Error; what fails is taken back.
Modifying modify(const ModifyRequest& request, engine::Reporter& reporter);

// Takes back one that was cut off. Of the request: where, and what the beginning may not have kept.
// Throws Error: usage where none was begun; refused where it cannot be taken back any more.
void roll_back(ModifyRequest request, engine::Reporter& reporter);

} // namespace locum::upgrade
