#pragma once
// The cluster's certificate authority: an Ed25519 key that every server node holds, sealed
// (token/seal.hpp), and that signs the certificates of the nodes. It is random, not derived from
// the network token: who has the token can ask for a certificate, and not make one.

#include "engine/secret.hpp"

#include <string>
#include <vector>

namespace locum::token {

class Authority {
public:
    // A fresh key with a certificate valid for 30 years.
    static Authority create(const std::string& cluster_id, const std::string& suite);
    // Throws Error(not_trusted) where they are damaged, do not belong together or are not an
    // authority's.
    static Authority from_pem(const std::string& certificate_pem, const engine::Secret& key_pem);

    const std::string& certificate_pem() const { return certificate_pem_; }
    const engine::Secret& key_pem() const { return key_pem_; }
    // SHA-256 of the public key (SubjectPublicKeyInfo), 64 hex digits; what the network token
    // holds.
    std::string pin() const;

    // A node's certificate (PEM): subjectAltName DNS = node_name, for server and client, the roles
    // as organizational units of the subject; valid from an hour ago, for clocks that differ, for
    // ten years. Throws Error(not_trusted) where the request is damaged, its signature is not its
    // own key's, it names another node or asks for more than a certificate for its key. That the
    // name is free is the caller's to check.
    std::string sign(const std::string& csr_pem, const std::string& node_name,
                     const std::vector<std::string>& roles) const;

private:
    Authority(std::string certificate_pem, engine::Secret key_pem);

    std::string certificate_pem_;
    engine::Secret key_pem_;
};

} // namespace locum::token
