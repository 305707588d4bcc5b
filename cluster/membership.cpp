#include "cluster/membership.hpp"

#include "platform/files.hpp"
#include "token/seal.hpp"

namespace locum::cluster {

namespace {

constexpr const char* certificate_file = "node.crt";
constexpr const char* key_file = "node.key";
constexpr const char* ca_file = "ca.crt";
constexpr const char* ca_key_file = "ca.key.sealed";
constexpr const char* join_secret_file = "join-secret.sealed";
constexpr const char* members_file = "members"; // written by cluster/members.cpp

engine::Secret unsealed(const Layout& layout, const char* file, std::string_view purpose) {
    return token::unseal(platform::read_file(layout.state_file(file)),
                         engine::Secret(platform::read_file(layout.state_file(key_file))), purpose);
}

} // namespace

token::Identity load_identity(const Layout& layout) {
    return {platform::read_file(layout.state_file(certificate_file)),
            engine::Secret(platform::read_file(layout.state_file(key_file))),
            platform::read_file(layout.state_file(ca_file))};
}

void store_identity(const Layout& layout, const token::Identity& identity) {
    platform::write_file(layout.state_file(key_file), identity.key_pem.reveal(), 0600);
    platform::write_file(layout.state_file(ca_file), identity.ca_pem, 0600);
    platform::write_file(layout.state_file(certificate_file), identity.certificate_pem, 0600);
}

bool holds_authority(const Layout& layout) {
    return platform::exists(layout.state_file(ca_key_file));
}

void store_authority(const Layout& layout, const engine::Secret& ca_key_pem,
                     const engine::Secret& join_secret) {
    const engine::Secret node_key(platform::read_file(layout.state_file(key_file)));
    platform::write_file(layout.state_file(join_secret_file),
                         token::seal(join_secret, node_key, "join-secret"), 0600);
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

void remove_membership(const Layout& layout) {
    for (const char* file :
         {certificate_file, key_file, ca_file, ca_key_file, join_secret_file, members_file})
        platform::remove_all(layout.state_file(file));
}

} // namespace locum::cluster
