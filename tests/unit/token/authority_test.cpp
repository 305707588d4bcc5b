#include "engine/error.hpp"
#include "token/authority.hpp"
#include "token/identity.hpp"
#include "token/openssl.hpp"

#include <ctime>
#include <string>

#include <doctest/doctest.h>
#include <openssl/pem.h>

namespace {

namespace o = locum::token::openssl;
using locum::engine::Error;
using locum::engine::Kind;
using locum::engine::Secret;
using namespace locum::token;

std::string der_of(const std::string& csr_pem) {
    const o::Bio in = o::reader(csr_pem);
    const o::Request request(PEM_read_bio_X509_REQ(in.get(), nullptr, nullptr, nullptr));
    const o::Bio out(BIO_new(BIO_s_mem()));
    REQUIRE(i2d_X509_REQ_bio(out.get(), request.get()) == 1);
    return o::bytes_of(out.get());
}

std::string pem_of(const std::string& der) {
    const o::Bio out(BIO_new(BIO_s_mem()));
    REQUIRE(PEM_write_bio(out.get(), "CERTIFICATE REQUEST", "", o::octets(der),
                          static_cast<long>(der.size())) > 0);
    return o::bytes_of(out.get());
}

// A request made by hand, so that it can ask for more than csr() does.
std::string special_request(EVP_PKEY* key, EVP_PKEY* signer, const std::string& extension,
                            bool second_name) {
    const o::Request request(X509_REQ_new());
    X509_NAME* subject = X509_REQ_get_subject_name(request.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, o::octets("node-2"), 6, -1, 0);
    if (second_name)
        X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_ASC, o::octets("boss"), 4, -1, 0);
    X509_REQ_set_pubkey(request.get(), key);
    if (!extension.empty()) {
        X509_EXTENSIONS* list = nullptr;
        const o::Owned<X509_EXTENSION, X509_EXTENSION_free> one(
            X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, extension.c_str()));
        X509v3_add_ext(&list, one.get(), -1);
        X509_REQ_add_extensions(request.get(), list);
        sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
    }
    const EVP_MD* digest = EVP_PKEY_get_id(signer) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
    REQUIRE(X509_REQ_sign(request.get(), signer, digest) > 0);
    const o::Bio out(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509_REQ(out.get(), request.get());
    return o::bytes_of(out.get());
}

Kind kind_of_refusal(const Authority& authority, const std::string& csr, std::string& what) {
    try {
        authority.sign(csr, "node-2", {});
    } catch (const Error& error) {
        what = error.what();
        return error.kind();
    }
    what = "accepted";
    return Kind::failed;
}

} // namespace

TEST_CASE("a node's certificate holds its name, roles and a validity that forgives clocks") {
    const Authority authority = Authority::create("c-17", "endpoint-manager");
    const NodeKey key = NodeKey::generate();
    const std::string certificate =
        authority.sign(key.csr("node-2"), "node-2", {"server", "balancer"});
    const CertificateFacts facts = facts_of(certificate);
    CHECK(facts.node == "node-2");
    CHECK(facts.roles == std::vector<std::string>{"server", "balancer"});
    CHECK(facts.issuer == "locum c-17");
    const auto now = static_cast<std::int64_t>(std::time(nullptr));
    CHECK(facts.not_before <= now - 3590);
    CHECK(facts.not_before >= now - 3700);
    CHECK(facts.not_after > now + 365LL * 86400);
    CHECK(facts.fingerprint.size() == 64);
    CHECK(facts.pin != authority.pin());
    CHECK_NOTHROW(check({certificate, key.pem(), authority.certificate_pem()}));
}

TEST_CASE("two certificates for one request have serial numbers of their own") {
    const Authority authority = Authority::create("c", "s");
    const std::string csr = NodeKey::generate().csr("node-2");
    CHECK(authority.sign(csr, "node-2", {}) != authority.sign(csr, "node-2", {}));
}

TEST_CASE("an authority comes back from its certificate and key, and only from its own") {
    const Authority one = Authority::create("c", "s");
    const Authority other = Authority::create("c", "s");
    CHECK(Authority::from_pem(one.certificate_pem(), one.key_pem()).pin() == one.pin());
    CHECK(one.pin() != other.pin());
    CHECK_THROWS_AS(Authority::from_pem(one.certificate_pem(), other.key_pem()), Error);
    const NodeKey key = NodeKey::generate();
    const std::string node = one.sign(key.csr("n"), "n", {});
    CHECK_THROWS_AS(Authority::from_pem(node, key.pem()), Error);
    CHECK_THROWS_AS(Authority::from_pem("nonsense", one.key_pem()), Error);
}

TEST_CASE("an identity whose parts do not belong together is refused") {
    const Authority authority = Authority::create("c", "s");
    const Authority other = Authority::create("c", "s");
    const NodeKey key = NodeKey::generate();
    const std::string certificate = authority.sign(key.csr("n"), "n", {});
    CHECK_THROWS_AS(check({certificate, NodeKey::generate().pem(), authority.certificate_pem()}),
                    Error);
    CHECK_THROWS_AS(check({certificate, key.pem(), other.certificate_pem()}), Error);
    CHECK_THROWS_AS(
        check({authority.certificate_pem(), authority.key_pem(), authority.certificate_pem()}),
        Error);
}

TEST_CASE("every changed byte of a request is refused") {
    const Authority authority = Authority::create("c", "s");
    const std::string der = der_of(NodeKey::generate().csr("node-2"));
    std::string what;
    std::size_t accepted = 0;
    for (std::size_t at = 0; at < der.size(); ++at)
        for (const char flip : {'\x01', '\x80'}) {
            std::string changed = der;
            changed[at] = static_cast<char>(changed[at] ^ flip);
            if (kind_of_refusal(authority, pem_of(changed), what) != Kind::not_trusted)
                ++accepted;
        }
    CHECK(accepted == 0);
    CHECK_NOTHROW(authority.sign(pem_of(der), "node-2", {}));
}

TEST_CASE("a request that asks for more than its key's certificate is refused") {
    const Authority authority = Authority::create("c", "s");
    const o::Key key = o::generate_ed25519();
    const o::Key other = o::generate_ed25519();
    const o::Key rsa(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048}));
    std::string what;
    const auto refused = [&](const std::string& csr, const std::string& because) {
        CHECK(kind_of_refusal(authority, csr, what) == Kind::not_trusted);
        CHECK_MESSAGE(what.find(because) != std::string::npos, what);
    };
    CHECK(special_request(key.get(), key.get(), "", false).size() > 100);
    CHECK_NOTHROW(authority.sign(special_request(key.get(), key.get(), "", false), "node-2", {}));
    refused(special_request(key.get(), key.get(), "CA:TRUE", false), "asks for extensions");
    refused(special_request(key.get(), key.get(), "", true), "not a common name only");
    refused(special_request(key.get(), other.get(), "", false), "not signed by the key");
    refused(special_request(rsa.get(), rsa.get(), "", false), "not an Ed25519 key");
    refused(NodeKey::generate().csr("node-3"), "it is for node 'node-3'; expected 'node-2'");
    refused("", "damaged");
}

TEST_CASE("names that could be read as something else are no node names") {
    for (const char* name : {"node-1", "n", "db01.example.com", "EU_west-2"})
        CHECK_NOTHROW(check_node_name(name));
    const std::string long_name(64, 'a');
    for (const std::string& name : std::vector<std::string>{
             "", "-x", ".", "a,DNS:b", "a b", "*", "a\nb", "é", std::string("a\0b", 3), long_name})
        CHECK_THROWS_AS(check_node_name(name), Error);
}

TEST_CASE("an encrypted key is refused and not asked a passphrase for") {
    const o::Key key = o::generate_ed25519();
    const o::Bio bio(BIO_new(BIO_s_mem()));
    char passphrase[] = "secret";
    REQUIRE(PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), EVP_aes_256_cbc(), passphrase, 6,
                                          nullptr, nullptr) == 1);
    CHECK_THROWS_AS(NodeKey::from_pem(Secret(o::bytes_of(bio.get()))), Error);
}
