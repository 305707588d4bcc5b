#pragma once
// The node's keys and certificates in its state folder (0600), what a server node holds to admit
// others, the CA's key and the join secret, and what the suite's shared secrets are made of: these
// are sealed with the node's own key. That is sealed to the host where the installation is the
// host's own and the system can do it (platform/sealed.hpp).

#include "cluster/layout.hpp"
#include "token/authority.hpp"
#include "token/identity.hpp"

namespace locum::cluster {

token::Identity load_identity(const Layout& layout);
void store_identity(const Layout& layout, const token::Identity& identity);

bool holds_authority(const Layout& layout);
void store_authority(const Layout& layout, const engine::Secret& ca_key_pem,
                     const engine::Secret& join_secret, const engine::Secret& suite_seed);
token::Authority load_authority(const Layout& layout);
engine::Secret load_join_secret(const Layout& layout);
engine::Secret load_suite_seed(const Layout& layout);

// What a node without a server does not hold: all of store_authority(), and then the datasource's
// settings, which say that it is one with a server.
void forget_authority(const Layout& layout);

// Shared secrets that a node without a server was given (cluster/shared_secrets.hpp); empty where
// there were none.
engine::Secret load_given_secrets(const Layout& layout);
void store_given_secrets(const Layout& layout, const engine::Secret& json);

// Removes all of it.
void remove_membership(const Layout& layout);

} // namespace locum::cluster
