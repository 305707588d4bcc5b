#pragma once
// One keep-alive connection to a front. No retries.

#include "examples/common/load/front.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace endpoint::load {

using example::load::Front;

constexpr std::chrono::seconds default_patience{3};

struct Answer {
    int status = 0;
    std::string node;
    std::string mode;
    std::optional<std::int64_t> snapshot_ms;
    bool retry_after = false;
    bool waited = false; // in the balancer (X-Waited)
    std::string body;
};

class TransportError : public std::runtime_error {
public:
    TransportError(bool sent, const std::string& what) : std::runtime_error(what), sent_(sent) {}
    bool sent() const { return sent_; } // the server may have got the request

private:
    bool sent_;
};

class HttpClient {
public:
    // patience: how long an exchange may take, with the connection where there is none yet.
    explicit HttpClient(Front front, std::chrono::milliseconds patience = default_patience);
    ~HttpClient();
    HttpClient(HttpClient&&) noexcept;

    // Throws TransportError: refused, reset, out of time or no HTTP. A connection that the other
    // side closed while no request was under way is replaced; that is no failure.
    Answer exchange(const std::string& method, const std::string& target,
                    const std::string& token = {}, const std::string& body = {});
    const Front& front() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace endpoint::load
