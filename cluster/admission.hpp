#pragma once
// How a further node gets into the cluster: it proves that it has the token's join secret, over a
// channel to a server whose CA the token pins, and gets a certificate for a key made on the node.

#include "cluster/introduction.hpp"
#include "cluster/node_state.hpp"
#include "cluster/registry.hpp"
#include "engine/secret.hpp"
#include "suite/manifest.hpp"
#include "token/network_token.hpp"

#include <string>
#include <vector>

namespace locum::cluster {

// What a joining node says of itself. The node is its row of the registry, without times.
struct JoinRequest {
    std::string suite;
    NodeRow node;
    std::string csr_pem;
    std::string manifest; // SHA-256 of its bundle's manifest
};

// What it gets.
struct JoinAnswer {
    std::string certificate_pem;
    std::string ca_pem;
    engine::Secret ca_key_pem;                      // servers only
    engine::Secret suite_seed;                      // servers only
    engine::Secret secrets;                         // others: their components', JSON
    std::optional<datasource::Settings> datasource; // servers only
    std::string datasource_name;                    // in the cluster (cluster/datasources.hpp)
    std::string cluster_id;
    bool trial = false;
};

// The server's side of the verbs `join` and `may-join`, on a server node. body and answer are JSON;
// channel: the TLS exporter's bytes. Throws Error: refused (another bundle, trial cluster and
// another machine, name taken), busy (operation open), not_trusted (wrong proof).
// may_join answers with an introduction (cluster/introduction.hpp).
std::string may_join(const Layout& layout, const std::string& body, const std::string& channel);
std::string admit(const Layout& layout, const std::string& body, const std::string& channel);
// Verb `leave`: the peer's own row is removed, where it is of this installation: its name may be
// another host's by now. body: JSON; unless-busy: Error(busy) where an operation is open, the undo
// of a join does not wait for that; without an installation, as older ones ask: by the name.
void leave(const Layout& layout, const std::string& peer, const std::string& body);

// The node's side: tries the token's addresses in turn. ask_to_join changes nothing there, and
// throws what join would. greeting: of this host's Greeter at the node's address; empty: none.
Introduction ask_to_join(const token::NetworkToken& token, const JoinRequest& request,
                         const std::string& greeting);
JoinAnswer join(const token::NetworkToken& token, const JoinRequest& request);

// What a server answers to a node that it signed a certificate for, and how that is read. The
// secrets in it are those that the node's roles and components get.
std::string answer_to(const Layout& layout, const NodeRow& node, const std::string& certificate);
JoinAnswer join_answer_from_json(const std::string& text, const NodeRow& node);

// Throws Error(busy) that names the operation that is open.
void require_no_operation(Store& store);

// What a node's component needs somewhere in the cluster, and no node has. Pure.
struct Unmet {
    std::string node;
    std::string component;
    std::string needed;
};
std::vector<Unmet> unmet(const suite::Manifest& manifest, const std::vector<NodeRow>& nodes);
// A cluster is of one topology. All that would run in it, where no topology has that; else "".
// Pure.
std::string mixed(const suite::Manifest& manifest, const std::vector<NodeRow>& nodes);
// With this node as it is to be, in place of its row or beside the others. Throws Error(refused).
void require_met(const suite::Manifest& manifest, const std::vector<NodeRow>& nodes,
                 const NodeRow& changed);

} // namespace locum::cluster
