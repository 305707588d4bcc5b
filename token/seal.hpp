#pragma once
// Secrets at rest on a node (the cluster's CA key, the join secret): readable with that node's key
// only.

#include "engine/secret.hpp"

#include <string>
#include <string_view>

namespace locum::token {

// Text on one line: "locum-seal-1:" and hex digits. purpose: what the value is ("ca-key"), so that
// one sealed value cannot be put in place of another; the same is needed to open it.
std::string seal(const engine::Secret& value, const engine::Secret& node_key_pem,
                 std::string_view purpose);

// Throws Error(not_trusted) where the text is not a sealed value of a known version, was altered,
// or was sealed by another node or for another purpose.
engine::Secret unseal(std::string_view sealed, const engine::Secret& node_key_pem,
                      std::string_view purpose);

} // namespace locum::token
