#pragma once
// From a request to its answer.

#include "examples/endpoint-manager/server/config.hpp"
#include "examples/endpoint-manager/server/message.hpp"
#include "examples/endpoint-manager/server/store.hpp"

namespace endpoint {

// Throws nothing: whatever fails becomes an answer. Every answer names node and mode in headers.
Response answer(const Request& request, Store& store, const Config& config);

// An answer {"error": …} with the same headers.
Response error_answer(int status, const std::string& error, const Config& config);

} // namespace endpoint
