#pragma once
// The proof that a host which asks to join holds the network token. The join secret itself is never
// sent; the proof is bound to one TLS connection and to one certificate request, so it is of no use
// to anyone who sees it.

#include "engine/secret.hpp"

#include <string>
#include <string_view>

namespace locum::token {

// 64 hex digits: HMAC-SHA256 over the TLS exporter value of the connection and the certificate
// request.
std::string join_proof(const engine::Secret& join_secret, std::string_view channel,
                       std::string_view csr_pem);

// In constant time.
bool proves_join(std::string_view proof, const engine::Secret& join_secret,
                 std::string_view channel, std::string_view csr_pem);

} // namespace locum::token
