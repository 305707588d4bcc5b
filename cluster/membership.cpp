#include "cluster/membership.hpp"
#include "cluster/datasources.hpp"

#include "platform/files.hpp"
#include "platform/sealed.hpp"
#include "token/openssl.hpp"
#include "token/seal.hpp"

namespace locum::cluster {

namespace {

constexpr const char* certificate_file = "node.crt";
constexpr const char* key_file = "node.key";
constexpr const char* ca_file = "ca.crt";
constexpr const char* ca_key_file = "ca.key.sealed";
constexpr const char* join_secret_file = "join-secret.sealed";
constexpr const char* suite_seed_file = "suite-seed.sealed";
constexpr const char* given_secrets_file = "secrets.sealed";
constexpr const char* members_file = "members"; // written by cluster/members.cpp

constexpr const char* key_purpose = "the node's key";

engine::Secret load_key(const Layout& layout) {
    return platform::open_sealed_to_host(platform::read_file(layout.state_file(key_file)),
                                         key_purpose);
}

// What is below a root may be moved to another host, as an image is.
void store_key(const Layout& layout, const engine::Secret& key) {
    platform::write_file(
        layout.state_file(key_file),
        layout.root.empty() ? platform::seal_to_host(key, key_purpose) : key.reveal(), 0600);
}

engine::Secret unsealed(const Layout& layout, const char* file, std::string_view purpose) {
    return token::unseal(platform::read_file(layout.state_file(file)), load_key(layout), purpose);
}

} // namespace

token::Identity load_identity(const Layout& layout) {
    return {platform::read_file(layout.state_file(certificate_file)), load_key(layout),
            platform::read_file(layout.state_file(ca_file))};
}

void store_identity(const Layout& layout, const token::Identity& identity) {
    store_key(layout, identity.key_pem);
    platform::write_file(layout.state_file(ca_file), identity.ca_pem, 0600);
    platform::write_file(layout.state_file(certificate_file), identity.certificate_pem, 0600);
}

bool holds_authority(const Layout& layout) {
    return platform::exists(layout.state_file(ca_key_file));
}

void store_authority(const Layout& layout, const engine::Secret& ca_key_pem,
                     const engine::Secret& join_secret, const engine::Secret& suite_seed) {
    const engine::Secret node_key = load_key(layout);
    platform::write_file(layout.state_file(join_secret_file),
                         token::seal(join_secret, node_key, "join-secret"), 0600);
    platform::write_file(layout.state_file(suite_seed_file),
                         token::seal(suite_seed, node_key, "suite-seed"), 0600);
    platform::write_file(layout.state_file(ca_key_file),
                         token::seal(ca_key_pem, node_key, "ca-key"), 0600);
}

token::Authority load_authority(const Layout& layout) {
    return token::Authority::from_pem(platform::read_file(layout.state_file(ca_file)),
                                      unsealed(layout, ca_key_file, "ca-key"));
}

engine::Secret load_join_secret(const Layout& layout) {
    return unsealed(layout, join_secret_file, "join-secret");
}

engine::Secret load_suite_seed(const Layout& layout) {
    if (platform::exists(layout.state_file(suite_seed_file)))
        return unsealed(layout, suite_seed_file, "suite-seed");
    // A network that was made before there were seeds. Its servers have this key, and nobody else.
    const auto key = token::openssl::read_private_key(unsealed(layout, ca_key_file, "ca-key"),
                                                      "the network's CA key");
    return token::openssl::derive(token::openssl::raw_private_key(key.get()).reveal(),
                                  "locum suite seed 1", 32);
}

void forget_authority(const Layout& layout) {
    for (const char* file :
         {ca_key_file, join_secret_file, suite_seed_file, members_file, "datasource.json"})
        platform::remove_all(layout.state_file(file));
    forget_kept_datasources(layout);
}

engine::Secret load_given_secrets(const Layout& layout) {
    if (!platform::exists(layout.state_file(given_secrets_file)))
        return {};
    return unsealed(layout, given_secrets_file, "suite-secrets");
}

void store_given_secrets(const Layout& layout, const engine::Secret& json) {
    const engine::Secret node_key = load_key(layout);
    platform::write_file(layout.state_file(given_secrets_file),
                         token::seal(json, node_key, "suite-secrets"), 0600);
}

void remove_membership(const Layout& layout) {
    for (const char* file : {certificate_file, key_file, ca_file, ca_key_file, join_secret_file,
                             suite_seed_file, given_secrets_file, members_file})
        platform::remove_all(layout.state_file(file));
}

} // namespace locum::cluster
