#pragma once
// What a node is known by: a key made on the node, which never leaves it, and a certificate of the
// cluster's authority for it.

#include "engine/secret.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace locum::token {

class NodeKey {
public:
    static NodeKey generate();
    // Throws Error(not_trusted) unless it is an Ed25519 key in PEM form without a passphrase.
    static NodeKey from_pem(const engine::Secret& pem);

    const engine::Secret& pem() const { return pem_; }
    // A certificate request (PEM) for this key and nothing else. Throws Error(usage) for a name
    // that check_node_name() refuses.
    std::string csr(const std::string& node_name) const;

private:
    explicit NodeKey(engine::Secret pem);
    engine::Secret pem_;
};

struct Identity {
    std::string certificate_pem;
    engine::Secret key_pem;
    std::string ca_pem;
};

struct CertificateFacts {
    std::string node; // subjectAltName; "" where it is not a node's certificate
    std::vector<std::string> roles;
    std::string issuer;          // common name
    std::int64_t not_before = 0; // Unix time in seconds
    std::int64_t not_after = 0;
    std::string fingerprint; // SHA-256 of the certificate, 64 hex digits
    std::string pin;         // SHA-256 of its public key, 64 hex digits
};

// Of the first certificate in the text. Throws Error(not_trusted).
CertificateFacts facts_of(const std::string& certificate_pem);

// Throws Error(not_trusted) unless the key is the certificate's and the certificate is a node's,
// signed by the CA and valid now.
void check(const Identity& identity);

inline constexpr std::string_view node_name_rule =
    "1 to 63 letters, digits, dots, dashes or underscores, beginning with a letter or digit; not "
    "stage, schema, outage or end, and not ending in .last, .return or .balancer, which the steps "
    "of "
    "upgrades are named by";
// Throws Error(usage) where the name breaks node_name_rule.
void check_node_name(std::string_view name);

} // namespace locum::token
