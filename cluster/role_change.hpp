#pragma once
// How a node without a server gets other roles: it shows its certificate, and for what it gains the
// network token's proof, to a server, and gets a new certificate for the key that it has.

#include "cluster/admission.hpp"
#include "cluster/peers.hpp"

namespace locum::cluster {

// What a node asks for. The node is its row as it is to be; the key of the request is the one that
// it has.
struct RoleChange {
    NodeRow node;
    std::string csr_pem;
    std::string manifest;       // SHA-256 of its version's
    engine::Secret join_secret; // of the token; empty: it gains nothing
};

// The server's side of the verb `modify`: the row, in one transaction under the cluster's lease,
// and the answer of a join. peer: the node that the caller's certificate names. only-ask in the
// body: nothing is changed, and the answer is an introduction. Throws Error: refused (another
// version, a need of the cluster that is not met), busy (operation open, or the lease is held),
// not_trusted (something is gained without the proof).
std::string change_roles(const Layout& layout, const std::string& peer, const std::string& body,
                         const std::string& channel);

// The node's side. Throws what the server does.
JoinAnswer ask_for_roles(const Layout& layout, const Address& server, const RoleChange& change);
Introduction may_change_roles(const Layout& layout, const Address& server,
                              const RoleChange& change);

} // namespace locum::cluster
