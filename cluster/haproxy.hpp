#pragma once
// HAProxy, driven through its runtime socket on the balancer's own host.

#include <chrono>
#include <cstdint>
#include <string>

namespace locum::cluster {

struct BalancedServer {
    std::string state;          // as `show stat` says: "UP", "DRAIN", "MAINT", "DOWN", …
    unsigned long sessions = 0; // running requests (scur)
    unsigned long queued = 0;   // qcur
    bool in_rotation() const { return state.starts_with("UP") || state == "no check"; }
    bool idle() const { return sessions == 0 && queued == 0; }
};

// All throw Error(failed) where the socket does not answer or does not know the server.
class HaproxySocket {
public:
    HaproxySocket(std::string socket, std::string backend) :
        socket_(std::move(socket)), backend_(std::move(backend)) {}
    // No new requests; those under way go on.
    void drain(const std::string& server) const;
    // Takes part again once its health check passes.
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

} // namespace locum::cluster
