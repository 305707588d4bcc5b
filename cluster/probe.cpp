#include "cluster/probe.hpp"

#include "cluster/connect.hpp"
#include "datasource/question.hpp"
#include "engine/error.hpp"
#include "platform/outcome.hpp"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace locum::cluster {

namespace {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;

struct Url {
    std::string address; // host:port
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
    const bool no_port = text.find(':') == std::string::npos || text.ends_with(']');
    url.address = no_port ? text + ":80" : text;
    return url;
}

using Why = std::optional<std::string>;
using engine::Secrets;
using std::chrono::milliseconds;

// In quotes, on one line and in UTF-8, whatever it is; without secrets.
std::string excerpt(const std::string& text, const Secrets& secrets) {
    constexpr std::size_t shown = 200;
    return nlohmann::json(engine::redacted(text, secrets).substr(0, shown))
        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Why no_connection(const std::string& address, const std::string& fault) {
    return fault.empty() ? Why() : fmt::format("no connection to {}: {}", address, fault);
}

std::string request(const Url& url, const HttpTarget& target) {
    std::string text =
        fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", url.path, url.address);
    for (const auto& [name, value] : target.headers) {
        if (value.reveal().find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
            throw engine::Error(
                fmt::format("the value of header {} has a line break; expected one line", name));
        text += fmt::format("{}: {}\r\n", name, value.reveal());
    }
    return text + "\r\n";
}

// A server may repeat what it was sent, as a whole or in part.
Secrets sent(const HttpTarget& target, const Secrets& secrets) {
    Secrets all = secrets;
    for (const auto& [name, value] : target.headers)
        all["header " + name] = value;
    return all;
}

Why ask(const TcpTarget& target, milliseconds limit, const Secrets&) {
    return no_connection(target.address, connection_fault(target.address, limit));
}

Why ask(const HttpTarget& target, milliseconds limit, const Secrets& secrets) {
    const Url url = parse(target.url);
    const std::string head = request(url, target);
    const auto deadline = std::chrono::steady_clock::now() + limit;
    boost::asio::io_context io;
    tcp::socket socket(io);
    if (Why why = no_connection(url.address, connect(io, socket, url.address, limit)))
        return why;
    tcp::iostream stream(std::move(socket));
    stream.expires_at(deadline);
    stream << head << std::flush;
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
            return fmt::format("{} does not answer in HTTP: {}", target.url, error.message());
        pending.erase(0, used);
    }
    if (!parser.is_done() && parser.got_some())
        parser.put_eof(error);
    if (!parser.is_header_done())
        return fmt::format("{} sent no answer within {} ms", target.url, limit.count());
    if (!parser.is_done())
        return fmt::format("{} did not end its answer within {} ms", target.url, limit.count());
    const unsigned status = parser.get().result_int();
    const std::string& body = parser.get().body();
    if (status != target.status || body.find(target.body) == std::string::npos)
        return fmt::format("{} answered {} {}; expected {} {}", target.url, status,
                           excerpt(body, sent(target, secrets)), target.status,
                           excerpt(target.body, secrets));
    return std::nullopt;
}

Why ask(const CommandTarget& target, milliseconds limit, const Secrets& secrets) {
    platform::Command command;
    command.argv = target.argv;
    command.inherits = false;
    command.environment = {{"TZ", "UTC"}, {"LC_ALL", "C.UTF-8"}};
    command.folder = "/";
    command.time_limit = limit;
    command.output_limit = 64U << 10;
    const platform::Finished finished = platform::run(command);
    const std::string fault = platform::fault(finished, target.output, limit);
    if (fault.empty())
        return std::nullopt;
    return fmt::format("{} {}; it said {}", fmt::join(target.argv, " "), fault,
                       excerpt(finished.errors + finished.output, secrets));
}

Why ask(const SqlTarget& target, milliseconds limit, const Secrets& secrets) {
    const auto value = datasource::first_value(target.database, target.database.application,
                                               target.sql, "locum-probe", limit);
    if (value && *value && **value == target.output)
        return std::nullopt;
    return fmt::format("the statement gave {}; expected {}",
                       !value    ? "no row"
                       : !*value ? "NULL"
                                 : excerpt(**value, secrets),
                       excerpt(target.output, secrets));
}

} // namespace

std::optional<std::string> ask(const ProbeTarget& target) {
    Why why;
    try {
        why = std::visit([&](const auto& how) { return ask(how, target.limit, target.secrets); },
                         target.how);
    } catch (const engine::Error& error) {
        why = error.one_line();
    }
    if (!why)
        return std::nullopt;
    // Words of a command and URLs are told, too.
    return fmt::format("probe {}{}: {}", target.name,
                       target.proves_version ? ", which proves the version" : "",
                       engine::redacted(*std::move(why), target.secrets));
}

} // namespace locum::cluster
