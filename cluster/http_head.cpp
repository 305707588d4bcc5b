#include "cluster/http_head.hpp"

#include "cluster/wire.hpp"
#include "engine/error.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <fmt/format.h>

namespace locum::cluster {

namespace http = boost::beast::http;
using engine::Error;
using engine::Kind;

namespace {

template <class Parser>
void parse(Parser& parser, std::string_view head) {
    parser.header_limit(static_cast<std::uint32_t>(wire::head_limit) * 2);
    parser.body_limit(boost::none); // judged by who knows what the body is for
    boost::system::error_code failed;
    parser.put(boost::asio::buffer(head.data(), head.size()), failed);
    if (failed || !parser.is_header_done())
        throw Error(fmt::format("the other side does not speak HTTP: {}",
                                failed ? failed.message() : "the head is not whole"),
                    Kind::usage);
}

template <class Message>
std::string field(const Message& message, std::string_view name) {
    const auto value = message[boost::beast::string_view(name.data(), name.size())];
    return {value.data(), value.size()};
}

} // namespace

HttpRequest parse_request(std::string_view head) {
    http::request_parser<http::empty_body> parser;
    parse(parser, head);
    const auto& message = parser.get();
    HttpRequest request;
    request.post = message.method() == http::verb::post;
    request.target = std::string(message.target().data(), message.target().size());
    request.protocol = field(message, wire::protocol_header);
    request.parameters = field(message, wire::parameters_header);
    if (!parser.chunked() && parser.content_length())
        request.length = *parser.content_length();
    request.expects_continue = field(message, "Expect") == "100-continue";
    return request;
}

HttpAnswer parse_answer(std::string_view head) {
    http::response_parser<http::empty_body> parser;
    parse(parser, head);
    return {parser.get().result_int(), field(parser.get(), wire::protocol_header)};
}

std::optional<std::string> take_head(std::string& bytes) {
    constexpr std::string_view end_of_head = "\r\n\r\n";
    const std::size_t end = bytes.find(end_of_head);
    if (end == std::string::npos ? bytes.size() > wire::head_limit : end > wire::head_limit)
        throw Error(
            fmt::format("the head of the message is longer than {} bytes", wire::head_limit),
            Kind::usage);
    if (end == std::string::npos)
        return std::nullopt;
    std::string head = bytes.substr(0, end + end_of_head.size());
    bytes.erase(0, head.size());
    return head;
}

} // namespace locum::cluster
