#include "cluster/transport_conversation.hpp"

#include "cluster/http_head.hpp"
#include "cluster/wire.hpp"
#include "platform/hash.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

namespace locum::cluster {

namespace asio = boost::asio;
using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using boost::system::error_code;
using engine::Error;
using engine::Kind;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t block_size = 256U << 10;

// One connection with one request, run in the thread that waits for the answer.
class Conversation {
public:
    Conversation(SSL_CTX* context, tls::Trust trust, const Peer& peer,
                 const TransportClientOptions& options, const OnProgress& progress) :
        stream_(tcp::socket(io_), connection(context)),
        timer_(io_), trust_(std::move(trust)), peer_(peer), options_(options), progress_(progress) {
        tls::expect(stream_.native_handle(), trust_);
    }

    std::string run(Outgoing& outgoing) {
        std::exception_ptr thrown;
        asio::co_spawn(io_, talk(outgoing), [this, &thrown](std::exception_ptr exception) {
            thrown = exception;
            timer_.cancel();
            close();
        });
        io_.run();
        try {
            if (thrown)
                std::rethrow_exception(thrown);
        } catch (const boost::system::system_error& error) {
            explain(error.code());
        }
        return result_;
    }

private:
    static SSL* connection(SSL_CTX* context) {
        SSL* made = SSL_new(context); // owned by the stream
        if (made == nullptr)
            throw Error("could not prepare a TLS connection: out of memory");
        return made;
    }
    void close() {
        error_code ignored;
        stream_.next_layer().close(ignored);
    }
    void deadline(milliseconds limit, const char* waiting_for) {
        waiting_for_ = waiting_for;
        limit_ = limit;
        extend();
    }
    void extend() {
        timer_.expires_after(limit_);
        timer_.async_wait([this](error_code cancelled) {
            if (cancelled || timer_.expiry() > std::chrono::steady_clock::now())
                return;
            expired_ = true;
            close();
        });
    }

    awaitable<void> talk(Outgoing& outgoing);
    awaitable<void> connect();
    void recognise();
    awaitable<void> send(Outgoing& outgoing);
    awaitable<void> send_file(Outgoing& outgoing);
    awaitable<HttpAnswer> read_head();
    awaitable<void> read_answer();
    bool take_lines();
    std::string who() const;
    [[noreturn]] void explain(error_code code) const;
    [[noreturn]] void foreign() const;
    [[noreturn]] void unreachable(const std::string& why) const;

    asio::io_context io_{1};
    asio::ssl::stream<tcp::socket> stream_;
    asio::steady_timer timer_;
    tls::Trust trust_;
    const Peer& peer_;
    const TransportClientOptions& options_;
    const OnProgress& progress_;
    std::string held_; // of a head
    wire::Lines lines_;
    std::string result_;
    const char* waiting_for_ = "";
    milliseconds limit_{};
    bool expired_ = false;
    bool connected_ = false; // the agent is known to be whom it should be
    bool maybe_executed_ = false;
    bool head_taken_ = false;
};

std::string Conversation::who() const {
    const bool v6 = peer_.host.find(':') != std::string::npos;
    const std::string at =
        fmt::format("{}{}{}:{}", v6 ? "[" : "", peer_.host, v6 ? "]" : "", peer_.port);
    return peer_.node.empty() ? fmt::format("the agent at {}", at)
                              : fmt::format("the agent of {} at {}", peer_.node, at);
}

void Conversation::unreachable(const std::string& why) const {
    throw Unreachable(
        fmt::format("{} {}", who(), why), maybe_executed_,
        fmt::format("check on {} that the agent runs (locum status), and that TCP port {} is open "
                    "between the hosts",
                    peer_.host, peer_.port));
}

void Conversation::foreign() const {
    const std::string expected =
        trust_.ca_pem.empty() ? trust_.ca_pin : token::facts_of(trust_.ca_pem).pin;
    const auto shown = [](const std::string& digits) {
        return digits.empty() ? std::string("none") : platform::colons(digits);
    };
    throw Error(
        fmt::format("{} is not trusted: {}. Fingerprint of its authority: {}; expected: {}. "
                    "Fingerprint of its certificate: {}",
                    who(), trust_.fault, shown(trust_.shown_pin), shown(expected),
                    shown(trust_.shown_fingerprint)),
        Kind::not_trusted)
        .remedy(trust_.shown_pin == expected
                    ? "check the clocks of both hosts and the node's certificate"
                    : "check address and port, and that the network token is the one of that "
                      "network");
}

// Why a connection, a handshake, a read or a write failed, in words that tell what to do.
void Conversation::explain(error_code code) const {
    if (!trust_.fault.empty())
        foreign();
    if (expired_)
        unreachable(fmt::format("gave no sign for {} s while waiting for {}",
                                static_cast<double>(limit_.count()) / 1000, waiting_for_));
    if (code.category() == asio::error::get_ssl_category()) {
        const tls::Alert alert = tls::alert_of(static_cast<unsigned long>(code.value()));
        if (alert.about_certificate)
            throw Error(
                fmt::format("{} does not accept this node's certificate: {}", who(), alert.text),
                Kind::not_trusted)
                .remedy("check that both hosts belong to the same network and that their clocks "
                        "agree; else join this host again");
        if (!connected_)
            unreachable(fmt::format("does not speak TLS 1.3 as an agent does ({})",
                                    alert.is ? alert.text : code.message()));
    }
    if (code == asio::error::connection_refused)
        unreachable("cannot be reached: nothing listens there (connection refused)");
    if (!connected_)
        unreachable(fmt::format("cannot be reached: {}", code.message()));
    unreachable(fmt::format("ended the connection without an answer ({})", code.message()));
}

awaitable<void> Conversation::connect() {
    deadline(options_.connect_limit, "the connection");
    tcp::resolver resolver(io_);
    error_code literal;
    const auto address = asio::ip::make_address(peer_.host, literal);
    if (!literal) {
        co_await stream_.next_layer().async_connect({address, peer_.port}, use_awaitable);
    } else {
        const auto found = co_await resolver.async_resolve(
            peer_.host, std::to_string(peer_.port), tcp::resolver::numeric_service, use_awaitable);
        error_code failed = asio::error::host_not_found;
        for (const auto& entry : found) {
            if (expired_)
                break;
            close();
            co_await stream_.next_layer().async_connect(entry.endpoint(),
                                                        redirect_error(use_awaitable, failed));
            if (!failed)
                break;
        }
        if (failed)
            throw boost::system::system_error(failed);
    }
    stream_.next_layer().set_option(tcp::no_delay(true));
    deadline(options_.connect_limit, "the handshake");
    co_await stream_.async_handshake(asio::ssl::stream_base::client, use_awaitable);
    recognise();
    connected_ = true;
}

// The chain is the cluster's; is it the right node's?
void Conversation::recognise() {
    const std::string node = tls::peer_node(stream_.native_handle());
    if (!node.empty() && (peer_.node.empty() || node == peer_.node))
        return;
    trust_.fault = node.empty() ? std::string("its certificate names no node")
                                : fmt::format("its certificate is the one of '{}'; expected '{}'",
                                              node, peer_.node);
    foreign();
}

awaitable<void> Conversation::send(Outgoing& outgoing) {
    deadline(options_.silence_limit, "the request to be taken");
    wire::RequestHead head{.host = peer_.node.empty() ? "agent" : peer_.node,
                           .verb = outgoing.verb,
                           .parameters = outgoing.parameters};
    if (outgoing.make_body) {
        const std::string body = outgoing.make_body(tls::channel(stream_.native_handle()));
        head.length = body.size();
        const std::string text = wire::request_head(head) + body;
        maybe_executed_ = true;
        co_await asio::async_write(stream_, asio::buffer(text), use_awaitable);
        co_return;
    }
    head.length = outgoing.file_size;
    head.expects_continue = true;
    const std::string text = wire::request_head(head);
    co_await asio::async_write(stream_, asio::buffer(text), use_awaitable);
    const HttpAnswer agreed = co_await read_head();
    if (agreed.status == 100)
        co_await send_file(outgoing);
    else
        head_taken_ = true; // an answer already
}

awaitable<void> Conversation::send_file(Outgoing& outgoing) {
    maybe_executed_ = outgoing.file_size == 0;
    std::string block;
    for (std::uint64_t done = 0; done < outgoing.file_size; done += block.size()) {
        block.resize(static_cast<std::size_t>(
            std::min<std::uint64_t>(block_size, outgoing.file_size - done)));
        if (outgoing.file->read_at(done, block.data(), block.size()) < block.size())
            throw Error(fmt::format("cannot read {} beyond byte {}: it became shorter, or the disk "
                                    "fails",
                                    outgoing.file_name, done))
                .remedy("check the file and run it again");
        if (done + block.size() == outgoing.file_size)
            maybe_executed_ = true;
        extend();
        co_await asio::async_write(stream_, asio::buffer(block), use_awaitable);
        if (outgoing.on_sent)
            outgoing.on_sent(block.size());
    }
}

awaitable<HttpAnswer> Conversation::read_head() {
    std::string block(4096, '\0');
    for (;;) {
        try {
            if (const std::optional<std::string> head = take_head(held_)) {
                HttpAnswer answer = parse_answer(*head);
                if (answer.status != 100)
                    wire::require_protocol(answer.protocol, who());
                co_return answer;
            }
        } catch (const Error& error) {
            if (error.kind() == Kind::usage)
                unreachable(fmt::format("gave no answer of an agent: {}", error.what()));
            throw;
        }
        const std::size_t count =
            co_await stream_.async_read_some(asio::buffer(block), use_awaitable);
        held_.append(block, 0, count);
    }
}

// True when the result is there.
bool Conversation::take_lines() {
    while (const std::optional<std::string> text = lines_.next()) {
        wire::Line line = wire::parse_line(*text);
        switch (line.type) {
        case wire::Line::Type::alive:
            break;
        case wire::Line::Type::progress:
            if (progress_)
                progress_(line.json);
            break;
        case wire::Line::Type::error:
            throw wire::error_from_json(line.json);
        case wire::Line::Type::result:
            result_ = std::move(line.json);
            return true;
        }
    }
    return false;
}

awaitable<void> Conversation::read_answer() {
    deadline(options_.silence_limit, "its answer");
    if (!head_taken_)
        co_await read_head();
    lines_.add(held_);
    std::string block(16U << 10, '\0');
    while (!take_lines()) {
        extend();
        const std::size_t count =
            co_await stream_.async_read_some(asio::buffer(block), use_awaitable);
        lines_.add(std::string_view(block).substr(0, count));
    }
}

awaitable<void> Conversation::talk(Outgoing& outgoing) {
    co_await connect();
    error_code refused_early;
    try {
        co_await send(outgoing);
    } catch (const boost::system::system_error& error) {
        if (expired_)
            throw;
        refused_early = error.code();
    }
    // An agent that refuses while it is still being written to has said why.
    try {
        co_await read_answer();
    } catch (const boost::system::system_error& error) {
        if (!refused_early || error.code().category() == asio::error::get_ssl_category())
            throw;
        throw boost::system::system_error(refused_early);
    }
}

} // namespace

std::string converse(SSL_CTX* context, tls::Trust trust, const Peer& peer,
                     const TransportClientOptions& options, const OnProgress& progress,
                     Outgoing outgoing) {
    return Conversation(context, std::move(trust), peer, options, progress).run(outgoing);
}

} // namespace locum::cluster
