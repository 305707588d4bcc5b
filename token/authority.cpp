#include "token/authority.hpp"

#include "platform/hash.hpp"
#include "token/identity.hpp"
#include "token/openssl.hpp"

#include <ctime>

#include <fmt/format.h>
#include <openssl/pem.h>

namespace locum::token {

namespace o = openssl;
using engine::Error;
using engine::Kind;
using engine::Secret;

namespace {

constexpr long backdated_seconds = 3600; // clocks of hosts differ
constexpr int authority_days = 30 * 365;
// There is no renewal yet: an early end would stop a cluster that nobody looks after.
constexpr int node_days = 10 * 365;

void add_name(X509_NAME* name, int nid, const std::string& text) {
    o::require(X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8, o::octets(text),
                                          static_cast<int>(text.size()), -1, 0) == 1,
               fmt::format("put '{}' into a certificate's subject", text));
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
    X509V3_CTX context{};
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const o::Owned<X509_EXTENSION, X509_EXTENSION_free> extension(
        X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    o::require(extension && X509_add_ext(certificate, extension.get(), -1) == 1,
               "add an extension to a certificate");
}

void set_random_serial(X509* certificate) {
    std::string bytes = platform::random_bytes(16);
    bytes[0] = static_cast<char>((bytes[0] & 0x3f) | 0x40); // positive, and of one length
    const o::Owned<BIGNUM, BN_free> number(
        BN_bin2bn(o::octets(bytes), static_cast<int>(bytes.size()), nullptr));
    o::require(number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)),
               "set a serial number");
}

o::Certificate blank(int days) {
    o::Certificate certificate(X509_new());
    o::require(certificate != nullptr, "make a certificate");
    set_random_serial(certificate.get());
    std::time_t now = std::time(nullptr);
    o::require(
        X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
            X509_time_adj_ex(X509_getm_notBefore(certificate.get()), 0, -backdated_seconds, &now) &&
            X509_time_adj_ex(X509_getm_notAfter(certificate.get()), days, 0, &now),
        "set a certificate's validity");
    return certificate;
}

[[noreturn]] void refuse(const std::string& why) {
    throw Error("the certificate request is refused: " + why, Kind::not_trusted)
        .remedy("run the join again on that host; if it happens again, check that both hosts run "
                "the same version of Locum");
}

// The request, known to be for its own Ed25519 key and for nothing else.
o::Request read_request(const std::string& csr_pem, const std::string& node_name) {
    const o::Bio bio = o::reader(csr_pem);
    o::Request request(PEM_read_bio_X509_REQ(bio.get(), nullptr, nullptr, nullptr));
    if (!request)
        refuse("it is damaged (" + o::reasons() + ")");
    EVP_PKEY* key = X509_REQ_get0_pubkey(request.get());
    if (key == nullptr || EVP_PKEY_get_id(key) != EVP_PKEY_ED25519) {
        o::reasons();
        refuse("its key is not an Ed25519 key");
    }
    if (X509_REQ_verify(request.get(), key) != 1) {
        o::reasons();
        refuse("it is not signed by the key that it names");
    }
    if (X509_REQ_get_attr_count(request.get()) > 0)
        refuse("it asks for extensions; expected a request for a key and a node's name only");
    X509_NAME* subject = X509_REQ_get_subject_name(request.get());
    char name[128] = {};
    const int length = X509_NAME_get_text_by_NID(subject, NID_commonName, name, sizeof name);
    if (X509_NAME_entry_count(subject) != 1 || length < 0)
        refuse("its subject is not a common name only");
    const std::string_view found(name, static_cast<std::size_t>(length));
    if (found != node_name)
        refuse(fmt::format("it is for node '{}'; expected '{}'", found, node_name));
    return request;
}

} // namespace

Authority::Authority(std::string certificate_pem, Secret key_pem) :
    certificate_pem_(std::move(certificate_pem)), key_pem_(std::move(key_pem)) {}

Authority Authority::create(const std::string& cluster_id, const std::string& suite) {
    const o::Key key = o::generate_ed25519();
    const o::Certificate certificate = blank(authority_days);
    X509_NAME* subject = X509_get_subject_name(certificate.get());
    // Subject fields hold 64 characters at most; the pin, not the name, says who it is.
    add_name(subject, NID_organizationName, suite.substr(0, 64));
    add_name(subject, NID_commonName, ("locum " + cluster_id).substr(0, 64));
    o::require(X509_set_issuer_name(certificate.get(), subject) == 1 &&
                   X509_set_pubkey(certificate.get(), key.get()) == 1,
               "make the cluster's certificate");
    X509* self = certificate.get();
    add_extension(self, self, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(self, self, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(self, self, NID_subject_key_identifier, "hash");
    o::require(X509_sign(self, key.get(), nullptr) > 0, "sign the cluster's certificate");
    return Authority(o::write_certificate(self), o::write_private_key(key.get()));
}

Authority Authority::from_pem(const std::string& certificate_pem, const Secret& key_pem) {
    const o::Certificate certificate =
        o::read_certificate(certificate_pem, "the cluster's certificate");
    const o::Key key = o::read_private_key(key_pem, "the cluster's key");
    if (X509_check_private_key(certificate.get(), key.get()) != 1) {
        o::reasons();
        throw Error("the cluster's key and certificate do not belong together", Kind::not_trusted);
    }
    if (X509_check_ca(certificate.get()) != 1)
        throw Error("the certificate given as the cluster's is not an authority's",
                    Kind::not_trusted);
    return Authority(o::write_certificate(certificate.get()), o::write_private_key(key.get()));
}

std::string Authority::pin() const {
    return o::pin_of(o::read_certificate(certificate_pem_, "the cluster's certificate").get());
}

std::string Authority::sign(const std::string& csr_pem, const std::string& node_name,
                            const std::vector<std::string>& roles) const {
    check_node_name(node_name);
    const o::Request request = read_request(csr_pem, node_name);
    const o::Certificate ca = o::read_certificate(certificate_pem_, "the cluster's certificate");
    const o::Key key = o::read_private_key(key_pem_, "the cluster's key");

    const o::Certificate certificate = blank(node_days);
    X509* made = certificate.get();
    // The certificate must not outlive the authority's.
    if (ASN1_TIME_compare(X509_get0_notAfter(made), X509_get0_notAfter(ca.get())) > 0)
        o::require(X509_set1_notAfter(made, X509_get0_notAfter(ca.get())) == 1,
                   "set a certificate's validity");
    X509_NAME* subject = X509_get_subject_name(made);
    add_name(subject, NID_commonName, node_name);
    for (const std::string& role : roles)
        add_name(subject, NID_organizationalUnitName, role);
    o::require(X509_set_issuer_name(made, X509_get_subject_name(ca.get())) == 1 &&
                   X509_set_pubkey(made, X509_REQ_get0_pubkey(request.get())) == 1,
               "make a node's certificate");
    add_extension(made, ca.get(), NID_basic_constraints, "critical,CA:FALSE");
    add_extension(made, ca.get(), NID_key_usage, "critical,digitalSignature");
    add_extension(made, ca.get(), NID_ext_key_usage, "serverAuth,clientAuth");
    add_extension(made, ca.get(), NID_subject_alt_name, "DNS:" + node_name);
    add_extension(made, ca.get(), NID_subject_key_identifier, "hash");
    add_extension(made, ca.get(), NID_authority_key_identifier, "keyid:always");
    o::require(X509_sign(made, key.get(), nullptr) > 0, "sign a node's certificate");
    return o::write_certificate(made);
}

} // namespace locum::token
