#pragma once
// Heads of HTTP messages, read by Beast's parser; the one file that compiles it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace locum::cluster {

struct HttpRequest {
    bool post = false;
    std::string target;
    std::string protocol;                // X-Locum-Protocol, "" where it is missing
    std::string parameters;              // X-Locum-Parameters
    std::optional<std::uint64_t> length; // nullopt: not stated, or the body is chunked
    bool expects_continue = false;
};

struct HttpAnswer {
    unsigned status = 0;
    std::string protocol;
};

// Of a whole head with its empty line. Throw Error(usage) where it is no HTTP.
HttpRequest parse_request(std::string_view head);
HttpAnswer parse_answer(std::string_view head);

// Takes the head off the bytes that have come so far; nullopt where its end has not come. Throws
// Error(usage) where it is longer than wire::head_limit.
std::optional<std::string> take_head(std::string& bytes);

} // namespace locum::cluster
