#include "token/identity.hpp"

#include "token/openssl.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <openssl/pem.h>

namespace locum::token {

namespace o = openssl;
using engine::Error;
using engine::Kind;

namespace {

std::string entry_text(const X509_NAME_ENTRY* entry) {
    const ASN1_STRING* value = X509_NAME_ENTRY_get_data(entry);
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
            static_cast<std::size_t>(ASN1_STRING_length(value))};
}

std::vector<std::string> entries(const X509_NAME* name, int nid) {
    std::vector<std::string> found;
    for (int at = -1; (at = X509_NAME_get_index_by_NID(name, nid, at)) >= 0;)
        found.push_back(entry_text(X509_NAME_get_entry(name, at)));
    return found;
}

std::int64_t seconds(const ASN1_TIME* time) {
    // From a time that every library agrees on, since there is no portable inverse of gmtime.
    const o::Owned<ASN1_TIME, ASN1_TIME_free> epoch(ASN1_TIME_set(nullptr, 0));
    int days = 0;
    int rest = 0;
    o::require(epoch && ASN1_TIME_diff(&days, &rest, epoch.get(), time) == 1,
               "read a certificate's time");
    return std::int64_t{days} * 86400 + rest;
}

bool in_node_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
}

// A node of such a name would be taken for a group of steps (upgrade/plans.hpp).
constexpr std::string_view groups[] = {"stage", "schema", "outage", "end"};
constexpr std::string_view endings[] = {".last", ".return", ".balancer"};

} // namespace

void check_node_name(std::string_view name) {
    const bool reserved =
        std::find(std::begin(groups), std::end(groups), name) != std::end(groups) ||
        std::any_of(std::begin(endings), std::end(endings),
                    [&](std::string_view ending) { return name.ends_with(ending); });
    const bool good = !name.empty() && name.size() <= 63 && name[0] != '-' && name[0] != '.' &&
                      name[0] != '_' && std::all_of(name.begin(), name.end(), in_node_name);
    if (reserved || !good)
        throw Error(fmt::format("'{}' cannot be a node's name", name), Kind::usage)
            .remedy(fmt::format("use {}", node_name_rule));
}

NodeKey::NodeKey(engine::Secret pem) : pem_(std::move(pem)) {}

NodeKey NodeKey::generate() {
    const o::Key key = o::generate_ed25519();
    return NodeKey(o::write_private_key(key.get()));
}

NodeKey NodeKey::from_pem(const engine::Secret& pem) {
    const o::Key key = o::read_private_key(pem, "the node's key");
    return NodeKey(o::write_private_key(key.get()));
}

std::string NodeKey::csr(const std::string& node_name) const {
    check_node_name(node_name);
    const o::Key key = o::read_private_key(pem_, "the node's key");
    const o::Request request(X509_REQ_new());
    o::require(request != nullptr, "make a certificate request");
    X509_NAME* subject = X509_REQ_get_subject_name(request.get());
    o::require(X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1 &&
                   X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                                              o::octets(node_name),
                                              static_cast<int>(node_name.size()), -1, 0) == 1 &&
                   X509_REQ_set_pubkey(request.get(), key.get()) == 1 &&
                   X509_REQ_sign(request.get(), key.get(), nullptr) > 0,
               "make a certificate request");
    const o::Bio bio(BIO_new(BIO_s_mem()));
    o::require(bio != nullptr && PEM_write_bio_X509_REQ(bio.get(), request.get()) == 1,
               "write a certificate request");
    return o::bytes_of(bio.get());
}

CertificateFacts facts_of(const std::string& certificate_pem) {
    const o::Certificate certificate = o::read_certificate(certificate_pem, "what was given");
    CertificateFacts facts;
    facts.node = o::node_of(certificate.get());
    facts.roles = entries(X509_get_subject_name(certificate.get()), NID_organizationalUnitName);
    for (const std::string& name : entries(X509_get_issuer_name(certificate.get()), NID_commonName))
        facts.issuer = name;
    facts.not_before = seconds(X509_get0_notBefore(certificate.get()));
    facts.not_after = seconds(X509_get0_notAfter(certificate.get()));
    facts.fingerprint = o::fingerprint_of(certificate.get());
    facts.pin = o::pin_of(certificate.get());
    return facts;
}

void check(const Identity& identity) {
    const o::Key key = o::read_private_key(identity.key_pem, "the node's key");
    const o::Certificate certificate =
        o::read_certificate(identity.certificate_pem, "the node's certificate");
    const o::Certificate ca = o::read_certificate(identity.ca_pem, "the cluster's certificate");
    if (X509_check_private_key(certificate.get(), key.get()) != 1) {
        o::reasons();
        throw Error("the node's key and certificate do not belong together", Kind::not_trusted);
    }
    const o::Owned<X509_STORE, X509_STORE_free> store(X509_STORE_new());
    const o::Owned<X509_STORE_CTX, X509_STORE_CTX_free> context(X509_STORE_CTX_new());
    o::require(store && context && X509_STORE_add_cert(store.get(), ca.get()) == 1 &&
                   X509_STORE_CTX_init(context.get(), store.get(), certificate.get(), nullptr) ==
                       1 &&
                   X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_SERVER) == 1,
               "prepare the check of the node's certificate");
    if (X509_verify_cert(context.get()) != 1) {
        const int why = X509_STORE_CTX_get_error(context.get());
        o::reasons();
        throw Error(fmt::format("the node's certificate is not valid: {}",
                                X509_verify_cert_error_string(why)),
                    Kind::not_trusted);
    }
    if (o::node_of(certificate.get()).empty())
        throw Error("the certificate names no node", Kind::not_trusted);
}

} // namespace locum::token
