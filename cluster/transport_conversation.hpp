#pragma once
// One connection with one request, run in the thread that waits for the answer. For transport_*.cpp
// only.

#include "cluster/tls.hpp"
#include "cluster/transport_client.hpp"
#include "platform/input_file.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace locum::cluster {

// A text, or the content of a file.
struct Outgoing {
    std::string verb;
    std::string parameters;                                           // of a file
    std::function<std::string(const std::string& channel)> make_body; // empty: of the file
    const platform::InputFile* file = nullptr;
    std::uint64_t file_size = 0;
    std::string file_name;
    std::function<void(std::uint64_t bytes)> on_sent; // of the file; may be empty
};

// The result's JSON. Throws as TransportClient says.
std::string converse(SSL_CTX* context, tls::Trust trust, const Peer& peer,
                     const TransportClientOptions& options, const OnProgress& progress,
                     Outgoing outgoing);

} // namespace locum::cluster
