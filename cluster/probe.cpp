#include "cluster/probe.hpp"

#include "engine/error.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

namespace locum::cluster {

namespace {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;

struct Url {
    std::string host;
    std::string port;
    std::string path = "/";
};

Url parse(std::string text) {
    constexpr std::string_view scheme = "http://";
    if (text.starts_with(scheme))
        text.erase(0, scheme.size());
    Url url;
    if (std::size_t slash = text.find('/'); slash != std::string::npos) {
        url.path = text.substr(slash);
        text.resize(slash);
    }
    std::size_t colon = text.rfind(':');
    url.host = text.substr(0, colon);
    url.port = colon == std::string::npos ? "80" : text.substr(colon + 1);
    return url;
}

} // namespace

std::optional<std::string> ask(const ProbeTarget& target, std::chrono::milliseconds limit) {
    const Url url = parse(target.url.empty() ? target.address : target.url);
    tcp::iostream stream;
    stream.expires_after(limit);
    stream.connect(url.host, url.port);
    if (!stream)
        return fmt::format("probe {}: no connection to {}:{}: {}", target.name, url.host, url.port,
                           stream.error().message());
    if (target.url.empty())
        return std::nullopt;
    stream << "GET " << url.path << " HTTP/1.1\r\nHost: " << url.host << ":" << url.port
           << "\r\nConnection: close\r\n\r\n"
           << std::flush;
    http::response_parser<http::string_body> parser;
    parser.body_limit(1U << 20);
    parser.eager(true);
    boost::beast::error_code error;
    std::string pending;
    for (char c = 0; !parser.is_done() && stream.get(c);) {
        pending += c;
        std::size_t more =
            static_cast<std::size_t>(std::max<std::streamsize>(stream.rdbuf()->in_avail(), 0));
        std::string block(more, '\0');
        stream.read(block.data(), static_cast<std::streamsize>(more));
        pending += block;
        std::size_t used = parser.put(boost::asio::buffer(pending), error);
        if (error && error != http::error::need_more)
            return fmt::format("probe {}: {} does not answer in HTTP: {}", target.name, target.url,
                               error.message());
        pending.erase(0, used);
    }
    if (!parser.is_done() && parser.got_some())
        parser.put_eof(error);
    if (!parser.is_header_done())
        return fmt::format("probe {}: {} sent no answer within {} ms", target.name, target.url,
                           limit.count());
    if (!parser.is_done())
        return fmt::format("probe {}: {} did not end its answer within {} ms", target.name,
                           target.url, limit.count());
    const unsigned status = parser.get().result_int();
    if (status != target.status || parser.get().body().find(target.body) == std::string::npos)
        return fmt::format("probe {}: {} answered {} \"{}\"; expected {} \"{}\"", target.name,
                           target.url, status, parser.get().body().substr(0, 200), target.status,
                           target.body);
    return std::nullopt;
}

} // namespace locum::cluster
