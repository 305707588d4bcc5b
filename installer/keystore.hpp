#pragma once
// The keystore of the cluster that this node belongs to.

#include "cluster/layout.hpp"
#include "token/keystore.hpp"

namespace locum::installer {

// Throws Error(refused) on a node without a server: it holds no seed.
void require_seed(const cluster::Layout& layout);
// Throws what require_seed() and token::make_keystore() throw.
token::Keystore current_keystore(const cluster::Layout& layout, const engine::Secret& passphrase);

} // namespace locum::installer
