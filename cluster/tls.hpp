#pragma once
// TLS 1.3 between agents, by OpenSSL alone: contexts, the check of the other side, and what a
// connection says of it. For transport_*.cpp only.

#include "token/identity.hpp"

#include <string>

#include <openssl/ssl.h>

namespace locum::cluster::tls {

// TLS 1.3 only, no tickets. The caller owns them. Throw Error(not_trusted) for an unusable
// identity. The server asks for a certificate of the cluster and takes callers without one (they
// may only join).
SSL_CTX* server_context(const token::Identity& identity);
// identity: nullptr for a host that has none yet. Its connections need expect().
SSL_CTX* client_context(const token::Identity* identity);

// Whom a client expects, and what it was shown instead.
struct Trust {
    std::string ca_pem; // the cluster's certificate; or, where empty,
    std::string ca_pin; // the pin that a certificate authority shown by the server must have
    // Certificates that have ended or not begun are good, too: for asking the other side's clock,
    // which may be why they seem so.
    bool at_any_time = false;

    std::string shown_pin; // of the authority that the server showed; "" where it showed none
    std::string shown_fingerprint; // of its own certificate
    std::string fault;             // why the chain was refused; "" where it was not
};
// The handshake fails unless the server's chain leads to the trusted authority. trust lives as long
// as the connection.
void expect(SSL* connection, Trust& trust);

// The node that the other side's certificate names; "" where it has none.
std::string peer_node(SSL* connection);
// What that certificate says; a node "" where there is none, or none of a node.
token::CertificateFacts peer_facts(SSL* connection);
// 32 bytes that only the two ends of this connection know (RFC 8446 section 7.5).
std::string channel(SSL* connection);

// The other side's words where an OpenSSL error code is an alert, "" where it is not.
struct Alert {
    bool is = false;
    bool about_certificate = false;
    std::string text;
};
Alert alert_of(unsigned long code);

} // namespace locum::cluster::tls
