#pragma once
// What agents say to each other: HTTP/1.1 over TLS, one request a connection,
//
//   POST /v1/VERB HTTP/1.1            HTTP/1.1 200 OK
//   X-Locum-Protocol: 1               X-Locum-Protocol: 1
//   Content-Length: N                 Connection: close
//
//   N bytes of JSON, or of a file     {"alive":true}           at least once a second, or
//                                     {"progress":…}           any number, then
//                                     {"result":…} or {"error":{kind,what,context,remedy}}
//
// An answer that ends without its last line leaves the outcome unknown. Pure text, no I/O.

#include "engine/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace locum::cluster::wire {

inline constexpr unsigned protocol = 1;
inline constexpr std::string_view protocol_header = "X-Locum-Protocol";
inline constexpr std::string_view parameters_header = "X-Locum-Parameters";
inline constexpr std::size_t head_limit = 16U << 10; // bytes of a request's or an answer's head
inline constexpr std::size_t line_limit = 16U << 20; // bytes of one line of an answer
inline constexpr int depth_limit = 64;               // of JSON from outside

// Any JSON text on one line of ASCII. Throws Error(usage) where it is not JSON or nests too deep;
// what: how it is named in the error.
std::string one_line(std::string_view json, std::string_view what);
// The same as one_line() for text that is passed on as it is.
void require_json(std::string_view json, std::string_view what);

std::string error_to_json(const engine::Error& error);
// Of a kind that is not known here: failed. Throws Error(failed) where the text is no error at all.
engine::Error error_from_json(std::string_view json);

// Lines of an answer, with the newline.
std::string alive_line();
std::string progress_line(std::string_view json);
std::string result_line(std::string_view json);
std::string error_line(const engine::Error& error);

struct Line {
    enum class Type { alive, progress, result, error };
    Type type = Type::alive;
    std::string json; // of progress, result or error
};
// Throws Error(failed) where the line is none of these.
Line parse_line(std::string_view text);

// Cuts a stream into lines.
class Lines {
public:
    // Throws Error(failed) where a line grows over line_limit.
    void add(std::string_view bytes);
    // The next whole line without its newline.
    std::optional<std::string> next();

private:
    std::string held_;
    std::size_t searched_ = 0;
};

struct RequestHead {
    std::string host;
    std::string verb;
    std::uint64_t length = 0;
    std::string parameters; // JSON on one line; empty: none
    bool expects_continue = false;
};
std::string request_head(const RequestHead& head);
std::string answer_head(unsigned status); // 200, 400, 403, 404, 411, 413, 426, 503, 507
inline constexpr std::string_view continue_head = "HTTP/1.1 100 Continue\r\n\r\n";

// "1" or "1.4" → 1. Throws Error(refused) naming both versions where the major is not ours.
void require_protocol(std::string_view stated, std::string_view by_whom);

} // namespace locum::cluster::wire
