#pragma once
// The balancer of a node, driven as its manifest says.

#include "cluster/haproxy.hpp"
#include "installer/rendering.hpp"

#include <chrono>
#include <optional>

namespace locum::installer {

// One of the servers in this node's balancer. manifest: of the version that the balancer runs.
cluster::BalancerPort balancer_port(const cluster::Layout& layout, const cluster::NodeState& node,
                                    const suite::Manifest& manifest, const BalancedNode& server);

// Whether the balancer has taken a changed configuration up, as far as reload itself does not tell:
// HAProxy gets a signal, and goes on with the old configuration where it cannot take the new one
// up. Made before the reload.
class ReloadProof {
public:
    ReloadProof(const cluster::Layout& layout, const cluster::NodeState& node,
                const suite::Manifest& manifest);
    // Polls until there is nothing to be said against it, or until the time is over.
    std::optional<std::string> doubt(std::chrono::milliseconds limit) const;

private:
    std::optional<cluster::HaproxySocket> socket_;
    std::int64_t worker_ = 0; // that answered before
};

} // namespace locum::installer
