#include "cluster/tls.hpp"

#include "engine/error.hpp"
#include "token/openssl.hpp"

#include <memory>

#include <openssl/err.h>

namespace locum::cluster::tls {

namespace o = token::openssl;

namespace {

using Context = o::Owned<SSL_CTX, SSL_CTX_free>;

constexpr std::string_view exporter_label = "EXPORTER-locum-channel-1";

Context blank(const SSL_METHOD* method) {
    Context context(SSL_CTX_new(method));
    o::require(context && SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION) == 1 &&
                   SSL_CTX_set_max_proto_version(context.get(), TLS1_3_VERSION) == 1 &&
                   SSL_CTX_set_num_tickets(context.get(), 0) == 1,
               "set up TLS 1.3");
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
    return context;
}

void use(SSL_CTX* context, const token::Identity& identity) {
    token::check(identity);
    const o::Certificate own =
        o::read_certificate(identity.certificate_pem, "the node's certificate");
    const o::Certificate ca = o::read_certificate(identity.ca_pem, "the cluster's certificate");
    const o::Key key = o::read_private_key(identity.key_pem, "the node's key");
    // The authority is sent too: a host that joins knows only its pin.
    o::require(SSL_CTX_use_certificate(context, own.get()) == 1 &&
                   SSL_CTX_use_PrivateKey(context, key.get()) == 1 &&
                   SSL_CTX_add1_chain_cert(context, ca.get()) == 1,
               "use the node's certificate");
}

int trust_index() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

struct FreeStack {
    void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); } // not what it holds
};

// The authority among what the server showed.
X509* shown_authority(X509_STORE_CTX* context) {
    STACK_OF(X509)* shown = X509_STORE_CTX_get0_untrusted(context);
    for (int at = 0; at < sk_X509_num(shown); ++at)
        if (X509_self_signed(sk_X509_value(shown, at), 0) == 1)
            return sk_X509_value(shown, at);
    return nullptr;
}

bool chain_is_trusted(X509_STORE_CTX* context, Trust& trust) {
    X509* shown = shown_authority(context);
    trust.shown_fingerprint = o::fingerprint_of(X509_STORE_CTX_get0_cert(context));
    if (shown != nullptr)
        trust.shown_pin = o::pin_of(shown);
    o::Certificate known;
    X509* authority = nullptr;
    if (!trust.ca_pem.empty()) {
        known = o::read_certificate(trust.ca_pem, "the cluster's certificate");
        authority = known.get();
    } else if (shown != nullptr && trust.shown_pin == trust.ca_pin) {
        authority = shown;
    }
    if (authority == nullptr) {
        trust.fault = "it belongs to another network";
        X509_STORE_CTX_set_error(context, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN);
        return false;
    }
    const std::unique_ptr<STACK_OF(X509), FreeStack> trusted(sk_X509_new_null());
    o::require(trusted && sk_X509_push(trusted.get(), authority) > 0, "prepare a check of trust");
    X509_STORE_CTX_set0_trusted_stack(context, trusted.get());
    if (trust.at_any_time)
        X509_STORE_CTX_set_flags(context, X509_V_FLAG_NO_CHECK_TIME);
    const bool good = X509_verify_cert(context) == 1;
    X509_STORE_CTX_set0_trusted_stack(context, nullptr);
    if (!good)
        trust.fault = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context));
    return good;
}

// Called by OpenSSL in place of its own check of the chain; no exception may leave it.
int check_chain(X509_STORE_CTX* context, void*) {
    auto* connection = static_cast<SSL*>(
        X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* trust = static_cast<Trust*>(SSL_get_ex_data(connection, trust_index()));
    if (trust == nullptr)
        return 0;
    try {
        return chain_is_trusted(context, *trust) ? 1 : 0;
    } catch (const std::exception& error) {
        trust->fault = error.what();
        X509_STORE_CTX_set_error(context, X509_V_ERR_UNSPECIFIED);
        return 0;
    }
}

} // namespace

SSL_CTX* server_context(const token::Identity& identity) {
    Context context = blank(TLS_server_method());
    use(context.get(), identity);
    const o::Certificate ca = o::read_certificate(identity.ca_pem, "the cluster's certificate");
    o::require(X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), ca.get()) == 1,
               "trust the cluster's certificate");
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    return context.release();
}

SSL_CTX* client_context(const token::Identity* identity) {
    Context context = blank(TLS_client_method());
    if (identity != nullptr)
        use(context.get(), *identity);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(context.get(), check_chain, nullptr);
    return context.release();
}

void expect(SSL* connection, Trust& trust) {
    o::require(SSL_set_ex_data(connection, trust_index(), &trust) == 1, "prepare a connection");
}

std::string peer_node(SSL* connection) {
    const o::Certificate peer(SSL_get1_peer_certificate(connection));
    return peer ? o::node_of(peer.get()) : std::string();
}

token::CertificateFacts peer_facts(SSL* connection) {
    const o::Certificate peer(SSL_get1_peer_certificate(connection));
    return peer ? token::facts_of(o::write_certificate(peer.get())) : token::CertificateFacts{};
}

std::string channel(SSL* connection) {
    std::string bytes(32, '\0');
    o::require(SSL_export_keying_material(
                   connection, reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                   exporter_label.data(), exporter_label.size(), nullptr, 0, 0) == 1,
               "bind to the connection");
    return bytes;
}

Alert alert_of(unsigned long code) {
    Alert alert;
    const int number = ERR_GET_REASON(code) - SSL_AD_REASON_OFFSET;
    if (ERR_GET_LIB(code) != ERR_LIB_SSL || number < 0 || number > 255)
        return alert;
    alert.is = true;
    alert.text = SSL_alert_desc_string_long(number);
    switch (number) {
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_UNKNOWN_CA:
    case SSL_AD_ACCESS_DENIED:
    case SSL_AD_DECRYPT_ERROR:
    case SSL_AD_CERTIFICATE_REQUIRED:
        alert.about_certificate = true;
        break;
    default:
        break;
    }
    return alert;
}

} // namespace locum::cluster::tls
