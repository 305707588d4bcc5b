#pragma once
// What Locum asks of the balancer on a host, whatever drives it: haproxy.hpp or
// balancer_commands.hpp. Both keep one contract (tests/support/balancer_contract.hpp).

#include <functional>
#include <string>

namespace locum::cluster {

// A server as a balancer sees it.
struct BalancedServer {
    bool in_rotation = false; // gets requests
    bool idle = false;        // has none under way
    std::string says;         // the same in the balancer's own words
};

// One server of the balancer. All may be repeated, end within seconds, and throw Error(failed)
// where the balancer does not answer or does not know the server.
struct BalancerPort {
    // No new requests; those under way go on.
    std::function<void()> drain;
    // Takes part again once its health check passes.
    std::function<void()> undrain;
    std::function<BalancedServer()> show;
};

} // namespace locum::cluster
