#include "examples/endpoint-manager/server/request_reader.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

#include <stdexcept>

namespace http = boost::beast::http;

namespace endpoint {
namespace {

constexpr std::uint32_t header_limit = 8U * 1024;
constexpr std::uint64_t body_limit = 64U * 1024;

std::string decoded(std::string_view text) {
    const auto digit = [](char c) {
        const auto found = std::string_view("0123456789abcdef").find(static_cast<char>(c | 0x20));
        return c >= '0' && c <= '9'              ? c - '0'
               : found == std::string_view::npos ? -1
                                                 : static_cast<int>(found);
    };
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 &&
            digit(text[i + 2]) >= 0) {
            result += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
            i += 2;
        } else {
            result += text[i] == '+' ? ' ' : text[i];
        }
    }
    return result;
}

void set_target(Request& request, std::string_view target) {
    const auto mark = target.find('?');
    request.path = std::string(target.substr(0, mark));
    std::string_view rest =
        mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
    while (!rest.empty()) {
        const std::string_view pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
        const auto equals = pair.find('=');
        request.query[decoded(pair.substr(0, equals))] =
            equals == std::string_view::npos ? std::string() : decoded(pair.substr(equals + 1));
    }
}

} // namespace

struct RequestReader::State {
    std::optional<http::request_parser<http::string_body>> parser;
    std::string pending;

    void renew() {
        parser.emplace();
        parser->header_limit(header_limit);
        parser->body_limit(body_limit);
        parser->eager(true);
    }
};

RequestReader::RequestReader() : state_(std::make_unique<State>()) {
    state_->renew();
}
RequestReader::~RequestReader() = default;

void RequestReader::put(std::string_view bytes) {
    state_->pending += bytes;
}

std::optional<Request> RequestReader::next() {
    auto& parser = *state_->parser;
    while (!parser.is_done() && !state_->pending.empty()) {
        boost::system::error_code error;
        const std::size_t taken = parser.put(boost::asio::buffer(state_->pending), error);
        state_->pending.erase(0, taken);
        if (error == http::error::need_more) {
            break;
        }
        if (error) {
            throw std::runtime_error(fmt::format("not a good request: {}", error.message()));
        }
    }
    if (!parser.is_done()) {
        return std::nullopt;
    }
    auto message = parser.release();
    Request request;
    request.method = std::string(message.method_string());
    set_target(request, {message.target().data(), message.target().size()});
    request.authorization = std::string(message[http::field::authorization]);
    request.keep_alive = message.keep_alive();
    request.body = std::move(message.body());
    state_->renew();
    return request;
}

bool RequestReader::partial() const {
    return state_->parser->got_some() || !state_->pending.empty();
}

std::string serialized(const Response& response, bool keep_alive) {
    std::string text = fmt::format(
        "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: {}\r\n",
        response.status,
        std::string(http::obsolete_reason(static_cast<http::status>(response.status))),
        response.content_type, response.body.size(), keep_alive ? "keep-alive" : "close");
    for (const auto& [name, value] : response.headers) {
        text += fmt::format("{}: {}\r\n", name, value);
    }
    return text + "\r\n" + response.body;
}

} // namespace endpoint
