#pragma once
// An HTTP request and its answer, as the rest of the server sees them.

#include <map>
#include <string>
#include <vector>

namespace endpoint {

struct Request {
    std::string method;
    std::string path;                         // without the query
    std::map<std::string, std::string> query; // decoded
    std::string authorization;
    std::string body;
    bool keep_alive = true;
};

struct Response {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
};

// The answer as bytes, with Content-Length and Connection.
std::string serialized(const Response& response, bool keep_alive);

} // namespace endpoint
