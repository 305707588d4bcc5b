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

struct Answer {
    int status = 0;
    std::string node;
    std::string mode;
    std::optional<std::int64_t> snapshot_ms;
    bool retry_after = false;
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
    explicit HttpClient(Front front);
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
