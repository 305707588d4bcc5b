#pragma once
// The node's keys and certificates in its state folder (0600), and what a server node holds to
// admit others: the CA's key and the join secret, both sealed with the node's own key.

#include "cluster/layout.hpp"
#include "token/authority.hpp"
#include "token/identity.hpp"

namespace locum::cluster {

token::Identity load_identity(const Layout& layout);
void store_identity(const Layout& layout, const token::Identity& identity);

bool holds_authority(const Layout& layout);
void store_authority(const Layout& layout, const engine::Secret& ca_key_pem,
                     const engine::Secret& join_secret);
token::Authority load_authority(const Layout& layout);
engine::Secret load_join_secret(const Layout& layout);

// Removes all of it.
void remove_membership(const Layout& layout);

} // namespace locum::cluster
