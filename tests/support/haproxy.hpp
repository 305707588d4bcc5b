#pragma once
// A real HAProxy in front of two servers, which it calls node-1 and node-2.

#include "cluster/haproxy.hpp"
#include "engine/error.hpp"
#include "platform/process.hpp"
#include "tests/support/port.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/tiny_server.hpp"

#include <array>
#include <fmt/format.h>

namespace locum::testing {

class Haproxy {
public:
    // ports: of the servers. options: of both, "check" or none.
    Haproxy(const std::array<std::uint16_t, 2>& ports, std::string options) :
        ports_(ports), options_(std::move(options)) {
        start();
    }
    ~Haproxy() { kill(); }
    Haproxy(const Haproxy&) = delete;
    Haproxy& operator=(const Haproxy&) = delete;

    std::string socket() const { return folder_ / "h.sock"; }
    cluster::HaproxySocket control() const { return {socket(), "servers"}; }
    bool in_rotation(const std::string& server) const { return control().show(server).in_rotation; }

    // From a configuration with the server `out` out of rotation; waits until it answers and has
    // the other in rotation.
    void start(const std::string& out = "") {
        const std::string config = folder_ / "haproxy.cfg";
        platform::write_file(
            config,
            fmt::format("global\n    stats socket {} mode 600 level admin\n"
                        "defaults\n    mode http\n    timeout connect 2s\n    timeout client 10s\n"
                        "    timeout server 10s\n    retries 0\n"
                        "frontend front\n    bind 127.0.0.1:{}\n    default_backend servers\n"
                        "backend servers\n    default-server inter 50ms rise 1 fall 1 {}\n"
                        "    server node-1 127.0.0.1:{}{}\n    server node-2 127.0.0.1:{}{}\n",
                        socket(), front_, options_, ports_[0], disabled("node-1", out), ports_[1],
                        disabled("node-2", out)),
            0600);
        process_ = platform::start_detached({{"/usr/sbin/haproxy", "-db", "-f", config},
                                             {},
                                             "",
                                             folder_ / "log",
                                             folder_ / "record"});
        REQUIRE(within(std::chrono::seconds(10), [&] {
            try {
                return in_rotation(out == "node-1" ? "node-2" : "node-1");
            } catch (const engine::Error&) {
                return false; // the socket is there before anybody listens on it
            }
        }));
    }
    void signal(const std::string& name) const { platform::send_signal(process_, name, true); }
    // Whether it is gone.
    bool kill() const {
        signal("KILL");
        return platform::wait_end(process_, std::chrono::seconds(5));
    }

    // A request through the balancer, without waiting for the answer; the connection's descriptor.
    Socket request() const {
        const Socket connection = connect_to_loopback(front_);
        REQUIRE(connection != no_socket);
        send_text(connection, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        return connection;
    }

private:
    static const char* disabled(const std::string& server, const std::string& out) {
        return server == out ? " disabled" : "";
    }

    Scratch folder_;
    std::array<std::uint16_t, 2> ports_;
    std::string options_;
    std::uint16_t front_ = free_port();
    platform::ProcessId process_;
};

} // namespace locum::testing
