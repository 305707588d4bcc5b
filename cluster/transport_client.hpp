#pragma once
// The caller's side of the wire (cluster/wire.hpp).

#include "engine/error.hpp"
#include "token/identity.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace locum::cluster {

struct Peer {
    std::string node; // that its certificate must name; empty: any node of the cluster
    std::string host; // name or address
    std::uint16_t port = 0;
};

// The agent could not be reached, or went silent or away before its answer.
class Unreachable : public engine::Error {
public:
    Unreachable(std::string what, bool maybe_executed, std::string remedy) :
        Error(std::move(what)), maybe_executed_(maybe_executed) {
        std::move(*this).Error::remedy(std::move(remedy));
    }
    // False: the agent cannot have begun. True: ask what became of it before anything is done
    // twice.
    bool maybe_executed() const { return maybe_executed_; }

private:
    bool maybe_executed_;
};

struct TransportClientOptions {
    std::chrono::milliseconds connect_limit{5000};  // name look-up, connection and handshake
    std::chrono::milliseconds silence_limit{10000}; // agents send a line each second
};

using OnProgress = std::function<void(std::string_view json)>;

// May be used by several threads at once. All throw
//   the other side's own Error        as it was thrown there
//   Unreachable                       see above
//   Error(not_trusted)                another network, another node, or this node is refused there
class TransportClient {
public:
    explicit TransportClient(token::Identity identity, TransportClientOptions options = {});
    ~TransportClient();
    TransportClient(TransportClient&&) noexcept;
    TransportClient& operator=(TransportClient&&) noexcept;

    // The result's JSON, on one line.
    std::string call(const Peer& peer, const std::string& verb, const std::string& json_body,
                     const OnProgress& progress = {}) const;
    // The same with a body that is bound to the channel, as join_call() has it.
    std::string
    call_bound(const Peer& peer, const std::string& verb,
               const std::function<std::string(const std::string& channel)>& make_body) const;
    // Sends the file as the body; nothing of it is sent before the agent agreed to its size.
    // on_sent: told how many more bytes of it were sent, and how many there are.
    std::string
    upload(const Peer& peer, const std::string& verb, const std::string& parameters_json,
           const std::string& file, const OnProgress& progress = {},
           const std::function<void(std::uint64_t more, std::uint64_t size)>& on_sent = {}) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

// A verb for a host that has no certificate yet: `join` or `may-join`. Nothing is sent before the
// server's chain led to an authority with this pin; then make_body gets the channel's bytes, to
// bind its proof to.
std::string join_call(const std::string& verb, const std::string& ca_pin, const std::string& host,
                      std::uint16_t port,
                      const std::function<std::string(const std::string& channel)>& make_body,
                      TransportClientOptions options = {});

// A verb that changes nothing and for which no trust in times is needed: the caller shows no
// certificate, and the server's may have ended or not begun by this host's clock. on_sent: called
// when the channel stands and nothing is left but to send the question.
std::string clock_call(const std::string& verb, const std::string& ca_pin, const Peer& peer,
                       const std::function<void()>& on_sent, TransportClientOptions options = {});

} // namespace locum::cluster
