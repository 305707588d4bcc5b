#pragma once
// The agent's side of the wire (cluster/wire.hpp): listens on TCP, TLS 1.3, certificates of the
// cluster.

#include "token/identity.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace locum::cluster {

struct Request {
    std::string verb;
    std::string body; // JSON; of an upload: its parameters
    std::string peer; // the node that the caller's certificate names; "" where it has none
    token::CertificateFacts certificate; // the caller's; empty where it has none
    std::string channel;                 // 32 bytes that only the two ends of the connection know
    std::string upload_file; // what was uploaded, synced, 0600; the handler renames it to keep it
};

// Sends one progress to the caller, JSON. May be called from any thread while the handler runs;
// where the caller does not read, progress is dropped.
using Emit = std::function<void(std::string_view json)>;
// Returns a JSON text or throws. Runs in a thread of its own, to its end even where the caller goes
// away.
using Handler = std::function<std::string(const Request&, const Emit&)>;

struct Verb {
    Handler handler;
    bool without_certificate = false;    // also for callers without a certificate of the cluster
    bool upload = false;                 // the body is a file, not JSON
    std::uint64_t body_limit = 1U << 20; // bytes
    bool quick = false;                  // always finds a thread, however many others run
};

// For a log. Holds nothing of bodies, answers or progress.
struct RequestOutcome {
    std::string peer;    // node, "" without certificate
    std::string address; // of the caller
    std::string verb;    // "" where it did not come to one
    std::string outcome; // "result", the kind of the error, or why there was no answer
    std::chrono::milliseconds took{0};
};

struct TransportServerOptions {
    std::string
        upload_folder; // made with 0700 and cleared of what a killed agent left; needed for uploads
    std::chrono::milliseconds handshake_limit{5000};
    std::chrono::milliseconds head_limit{5000};
    std::chrono::milliseconds body_limit{30000};  // of JSON; of an upload, for each pause
    std::chrono::milliseconds write_limit{30000}; // then the caller counts as gone
    std::chrono::milliseconds alive_interval{1000};
    std::uint64_t slowest_upload = 64U << 10;       // bytes a second
    std::size_t max_connections = 256;              // the oldest without certificate goes first
    std::size_t max_running = 64;                   // handlers; more are refused as busy
    std::function<void(const RequestOutcome&)> log; // from any thread
};

class TransportServer {
public:
    // port 0: any free one. Throws Error(not_trusted) for an identity that is not whole.
    TransportServer(std::string address, std::uint16_t port, const token::Identity& identity,
                    std::map<std::string, Verb> verbs, TransportServerOptions options = {});
    ~TransportServer();
    TransportServer(const TransportServer&) = delete;
    TransportServer& operator=(const TransportServer&) = delete;

    // Once. Throws Error naming who has the port.
    void start();
    // The port that it listens on.
    std::uint16_t port() const;
    // Takes no more callers, waits for the handlers that run and delivers their answers. Not from a
    // handler.
    void stop();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace locum::cluster
