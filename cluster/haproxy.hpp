#pragma once
// HAProxy, driven through its runtime socket on the balancer's own host.

#include "cluster/balancer.hpp"

#include <cstdint>
#include <string>

namespace locum::cluster {

// All throw Error(failed) where the socket does not answer or does not know the server.
class HaproxySocket {
public:
    HaproxySocket(std::string socket, std::string backend) :
        socket_(std::move(socket)), backend_(std::move(backend)) {}
    void drain(const std::string& server) const;
    void ready(const std::string& server) const;
    BalancedServer show(const std::string& server) const;
    // Process id of the worker that answers: another one once a reload has taken place.
    std::int64_t worker() const;

private:
    std::string ask(const std::string& command) const;
    void set_state(const std::string& server, const std::string& state) const;

    std::string socket_;
    std::string backend_;
};

BalancerPort haproxy_port(HaproxySocket socket, const std::string& server);

} // namespace locum::cluster
