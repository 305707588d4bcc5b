#pragma once
// Steps that change what a node is in its cluster: certificate, row of the registry, node.json.

#include "installer/steps/modify.hpp"
#include "token/network_token.hpp"
#include "upgrade/conductor.hpp"

namespace locum::upgrade::steps {

struct Roles {
    const installer::steps::Modified& modified;
    std::string machine;
    // Holds the lease; asked for where the node holds a datasource by then.
    std::function<Conductor&()> conductor;
    // What a node without a server asks its servers with: their addresses, and the secret where it
    // is to gain something.
    const token::NetworkToken& token;
};

// A node with a server signs for itself; another one asks a server. Without a server what is lost
// comes back with a token only, so losing alone cannot be undone there. The undo tells the
// balancers what is so again.
engine::Step change_roles(const Roles& roles);
// The balancers get to know the servers of the registry, with their ports.
engine::Step announce_change(const Roles& roles);
// Authority, join secret, seed and datasource of a server that is none any more.
engine::Step forget_server(const Roles& roles);

} // namespace locum::upgrade::steps
