#include "installer/token_file.hpp"

#include "cluster/membership.hpp"
#include "cluster/reach.hpp"
#include "cluster/registry.hpp"
#include "engine/error.hpp"

#include <fmt/format.h>

namespace locum::installer {

token::NetworkToken current_token(const cluster::Layout& layout) {
    const cluster::NodeState state = cluster::load_node_state(layout);
    const std::optional<datasource::Settings> settings = cluster::load_datasource(layout);
    if (!settings || !cluster::holds_authority(layout))
        throw engine::Error(state.name + " runs no server, so it cannot issue the network token",
                            engine::Kind::refused)
            .remedy("run the command on a node with a server (locum node list)");
    token::NetworkToken token;
    token.suite = state.suite;
    token.cluster_id = state.cluster_id;
    token.addresses = {cluster::endpoint(state.address, state.agent_port)};
    cluster::Store store(*settings, layout.suite);
    for (const cluster::NodeRow& node : cluster::Registry(store).nodes())
        if (node.has_role("server") && node.name != state.name)
            token.addresses.push_back(cluster::endpoint(node.address, node.agent_port));
    token.ca_pin = cluster::load_authority(layout).pin();
    token.join_secret = cluster::load_join_secret(layout);
    token.bundle_key = state.bundle_key;
    return token;
}

} // namespace locum::installer
