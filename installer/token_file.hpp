#pragma once
// The network token, made anew from what a server node holds: a lost file is no loss.

#include "cluster/layout.hpp"
#include "token/network_token.hpp"

namespace locum::installer {

// With the addresses of every server that is registered, this node's first. Throws Error(refused)
// on a node without a server.
token::NetworkToken current_token(const cluster::Layout& layout);

} // namespace locum::installer
