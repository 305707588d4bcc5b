#pragma once
// Makes requests from the bytes of one connection. Beast's parser is behind it.

#include "examples/endpoint-manager/server/message.hpp"

#include <memory>
#include <optional>
#include <string_view>

namespace endpoint {

class RequestReader {
public:
    RequestReader();
    ~RequestReader();

    void put(std::string_view bytes);
    // The next complete request; nullopt: more bytes are needed. Throws std::runtime_error where
    // the bytes are no HTTP request, or one of more than 8 KB of header or 64 KB of body.
    std::optional<Request> next();
    // Some bytes of a request are here, but not all.
    bool partial() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace endpoint
