#pragma once
// One question, one answer: from a fresh socket, as a resolver does it. No retries.

#include "examples/common/load/front.hpp"
#include "examples/powerdns/load/message.hpp"

#include <chrono>

namespace powerdns::load {

enum class Transport { udp, tcp };

constexpr std::chrono::seconds time_limit{1};

// The message with the query's id. Throws std::runtime_error: refused, closed, or nothing in time.
Bytes exchange(const example::load::Front& front, Transport transport, const Bytes& query);

} // namespace powerdns::load
