#include "installer/keystore.hpp"

#include "cluster/membership.hpp"
#include "cluster/node_state.hpp"
#include "engine/error.hpp"
#include "token/network_token.hpp"

namespace locum::installer {

void require_seed(const cluster::Layout& layout) {
    if (!cluster::holds_authority(layout))
        throw engine::Error(cluster::load_node_state(layout).name +
                                " runs no server, so it cannot export the keystore",
                            engine::Kind::refused)
            .remedy("run the command on a node with a server (locum node list)");
}

token::Keystore current_keystore(const cluster::Layout& layout, const engine::Secret& passphrase) {
    require_seed(layout);
    const cluster::NodeState node = cluster::load_node_state(layout);
    return token::make_keystore(
        node.suite,
        token::network_fingerprint(node.cluster_id, cluster::load_authority(layout).pin()),
        cluster::load_suite_seed(layout), passphrase);
}

} // namespace locum::installer
