#include "cluster/transport_session.hpp"

#include "cluster/exchange.hpp"
#include "cluster/http_head.hpp"
#include "cluster/tls.hpp"
#include "cluster/upload.hpp"
#include "cluster/wire.hpp"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
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
using std::chrono::steady_clock;

namespace {

constexpr std::size_t block_size = 256U << 10; // of an upload
constexpr milliseconds linger{1000};           // for the caller to read the end

// Work and tasks have names here: GCC 12 destroys a closure twice that is a temporary of a
// co_await.
awaitable<void> on(asio::thread_pool& pool, const std::function<void()>& work) {
    const auto task = [&work]() -> awaitable<void> {
        work();
        co_return;
    };
    co_await asio::co_spawn(pool, task, use_awaitable);
}

RequestOutcome outcome_of(const Request& request, const std::string& address, std::string outcome,
                          steady_clock::time_point began) {
    return {request.peer, address, request.verb, std::move(outcome),
            std::chrono::duration_cast<milliseconds>(steady_clock::now() - began)};
}

} // namespace

Session::Session(tcp::socket socket, asio::ssl::context& tls, ServerParts& parts) :
    parts_(parts), stream_(std::move(socket), tls), timer_(parts.io), wake_(parts.io) {
    error_code gone;
    const tcp::endpoint from = stream_.next_layer().remote_endpoint(gone);
    if (!gone)
        address_ = from.address().to_string();
}

void Session::close() {
    error_code ignored;
    stream_.next_layer().close(ignored);
    timer_.cancel();
}

void Session::log(std::string outcome) const {
    if (parts_.options.log)
        parts_.options.log(outcome_of(*request_, address_, std::move(outcome), began_));
}

// Holds for all that is awaited until the next one, or until timer_ is cancelled.
void Session::deadline(milliseconds limit, const char* for_what) {
    awaited_ = for_what;
    timer_.expires_after(limit);
    timer_.async_wait([self = shared_from_this()](error_code cancelled) {
        if (cancelled || self->timer_.expiry() > steady_clock::now())
            return;
        self->expired_ = true;
        self->close();
    });
}

awaitable<void> Session::serve() {
    std::optional<Refusal> refusal;
    std::string broken;
    try {
        refusal = co_await take();
        if (!refusal)
            co_await stream_answer();
    } catch (const boost::system::system_error& error) {
        broken = expired_ ? "took too long" : error.code().message();
    } catch (const std::exception& error) {
        broken = error.what();
    }
    if (!broken.empty())
        log(fmt::format("closed during {}: {}", awaited_, broken));
    if (refusal) {
        log(fmt::format("refused: {}", refusal->error.what()));
        const std::string text =
            wire::answer_head(refusal->status) + wire::error_line(refusal->error);
        deadline(parts_.options.write_limit, "a refusal");
        error_code failed;
        co_await asio::async_write(stream_, asio::buffer(text),
                                   redirect_error(use_awaitable, failed));
        if (!failed)
            co_await part();
    }
    close();
}

// Ends the connection so that what was sent arrives even where the caller still sends.
awaitable<void> Session::part() {
    deadline(linger, "the end");
    error_code ignored;
    co_await stream_.async_shutdown(redirect_error(use_awaitable, ignored));
    tcp::socket& socket = stream_.next_layer();
    if (!socket.is_open())
        co_return;
    socket.shutdown(tcp::socket::shutdown_send, ignored);
    std::string dropped(16U << 10, '\0');
    error_code ended;
    while (!ended)
        co_await socket.async_read_some(asio::buffer(dropped),
                                        redirect_error(use_awaitable, ended));
}

// The request up to the start of its handler; or why there is none.
awaitable<std::optional<Session::Refusal>> Session::take() {
    deadline(parts_.options.handshake_limit, "the handshake");
    co_await stream_.async_handshake(asio::ssl::stream_base::server, use_awaitable);
    request_->certificate = tls::peer_facts(stream_.native_handle());
    request_->peer = request_->certificate.node;
    request_->channel = tls::channel(stream_.native_handle());
    try {
        const HttpRequest http = parse_request(co_await read_head());
        const Verb& verb = admit(http);
        if (http.expects_continue)
            co_await asio::async_write(stream_, asio::buffer(wire::continue_head), use_awaitable);
        std::shared_ptr<Upload> upload;
        if (verb.upload)
            upload = co_await read_upload(*http.length);
        else
            co_await read_json(*http.length);
        run(verb, std::move(upload));
    } catch (const Refusal& refusal) {
        co_return refusal;
    } catch (const Error& error) {
        co_return Refusal{error.kind() == Kind::usage ? 400U : 500U, error};
    }
    co_return std::nullopt;
}

awaitable<std::string> Session::read_head() {
    deadline(parts_.options.head_limit, "the head of the request");
    std::string block(4096, '\0');
    for (;;) {
        const std::size_t count =
            co_await stream_.async_read_some(asio::buffer(block), use_awaitable);
        held_.append(block, 0, count);
        if (std::optional<std::string> head = take_head(held_))
            co_return std::move(*head);
    }
}

// Who may ask for what, and how much of it will be read. Nothing of a body is read before.
const Verb& Session::admit(const HttpRequest& http) {
    try {
        wire::require_protocol(http.protocol, "the caller");
    } catch (const Error& error) {
        throw Refusal{426, error};
    }
    constexpr std::string_view prefix = "/v1/";
    if (!http.post || !http.target.starts_with(prefix))
        throw Refusal{404, Error("this is an agent of Locum; expected POST /v1/VERB", Kind::usage)};
    const std::string name = http.target.substr(prefix.size());
    const auto found = parts_.verbs.find(name);
    const bool known = found != parts_.verbs.end();
    if (request_->peer.empty() && !(known && found->second.without_certificate))
        throw Refusal{
            403,
            Error("the caller shows no certificate of a node of this cluster", Kind::not_trusted)
                .remedy("join this host first: locum install with the network token")};
    if (!known)
        throw Refusal{404, Error(fmt::format("this agent knows no verb '{}'", name.substr(0, 40)),
                                 Kind::refused)
                               .remedy("run the same version of Locum on both hosts")};
    request_->verb = name;
    if (!http.length)
        throw Refusal{411, Error("the request states no Content-Length", Kind::usage)};
    if (*http.length > found->second.body_limit)
        throw Refusal{413, Error(fmt::format("the body of '{}' has {} bytes; at most {} are taken",
                                             name, *http.length, found->second.body_limit),
                                 Kind::refused)};
    if (found->second.upload) {
        request_->body = http.parameters.empty() ? "{}" : http.parameters;
        wire::require_json(request_->body, "the upload's parameters");
    }
    return found->second;
}

awaitable<void> Session::read_json(std::uint64_t length) {
    deadline(parts_.options.body_limit, "the body of the request");
    std::string& body = request_->body;
    body = std::move(held_);
    std::string block(16U << 10, '\0');
    while (body.size() < length) {
        const std::size_t count =
            co_await stream_.async_read_some(asio::buffer(block), use_awaitable);
        body.append(block, 0, count); // grows with what arrived, not with what was announced
    }
    body.resize(length);
    wire::require_json(body, "the body of the request");
}

awaitable<std::shared_ptr<Upload>> Session::read_upload(std::uint64_t length) {
    const TransportServerOptions& options = parts_.options;
    std::shared_ptr<Upload> upload;
    const std::function<void()> open = [&] {
        upload = std::make_shared<Upload>(options.upload_folder, length);
    };
    co_await on(parts_.disk, open);
    const auto until =
        steady_clock::now() + options.body_limit +
        std::chrono::seconds(length / std::max<std::uint64_t>(options.slowest_upload, 1));
    std::string block = std::move(held_);
    const std::function<void()> write = [&] { upload->write(block); };
    const std::function<void()> close_file = [&] { upload->close(); };
    for (std::uint64_t done = 0; done < length;) {
        const auto wanted =
            static_cast<std::size_t>(std::min<std::uint64_t>(block_size, length - done));
        std::size_t filled = std::min(block.size(), wanted);
        block.resize(wanted);
        while (filled < wanted) {
            const auto left = std::chrono::duration_cast<milliseconds>(until - steady_clock::now());
            deadline(std::clamp(left, milliseconds(1), options.body_limit), "the upload");
            filled += co_await stream_.async_read_some(
                asio::buffer(block.data() + filled, wanted - filled), use_awaitable);
        }
        timer_.cancel(); // a slow disk here is not a slow caller
        co_await on(parts_.disk, write);
        done += wanted;
        block.clear();
    }
    co_await on(parts_.disk, close_file);
    request_->upload_file = upload->file();
    co_return upload;
}

void Session::run(const Verb& verb, std::shared_ptr<Upload> upload) {
    exchange_ = std::make_shared<Exchange>([io = &parts_.io, weak = weak_from_this()] {
        // Locked on the network thread only, since a session must not end on another.
        asio::post(*io, [weak] {
            if (const auto self = weak.lock())
                self->wake_.cancel();
        });
    });
    auto work = [request = request_, exchange = exchange_, handler = verb.handler, upload,
                 write_log = parts_.options.log, address = address_, began = began_]() mutable {
        std::string last;
        std::string outcome = "result";
        try {
            last = wire::result_line(handler(*request, [&exchange](std::string_view json) {
                exchange->progress(wire::progress_line(json));
            }));
            if (last.size() > wire::line_limit)
                throw Error(fmt::format("the result of '{}' has {} bytes; at most {} can be sent",
                                        request->verb, last.size(), wire::line_limit));
        } catch (const Error& error) {
            last = wire::error_line(error);
            outcome = engine::name(error.kind());
        } catch (const std::exception& error) {
            last = wire::error_line(
                Error(fmt::format("the agent failed in '{}': {}", request->verb, error.what())));
            outcome = engine::name(Kind::failed);
        }
        upload.reset(); // before the answer, so that nothing is left when it arrives
        if (write_log)
            write_log(outcome_of(*request, address, std::move(outcome), began));
        exchange->finish(last);
    };
    if (!parts_.pool.run(std::move(work), verb.quick ? 0 : quick_threads))
        throw Refusal{503, Error(fmt::format("the agent already runs {} commands",
                                             parts_.options.max_running),
                                 Kind::busy)
                               .remedy("try again when some of them are done")};
    running_ = true;
}

awaitable<void> Session::stream_answer() {
    timer_.cancel();
    std::string text = wire::answer_head(200);
    for (bool last = false; !last;) {
        auto [lines, finished] = exchange_->take();
        text += lines;
        last = finished;
        if (text.empty()) {
            error_code woken;
            wake_.expires_after(parts_.options.alive_interval);
            co_await wake_.async_wait(redirect_error(use_awaitable, woken));
            if (woken)
                continue;
            text = wire::alive_line();
        }
        deadline(parts_.options.write_limit, "the answer");
        error_code failed;
        co_await asio::async_write(stream_, asio::buffer(text),
                                   redirect_error(use_awaitable, failed));
        timer_.cancel();
        if (failed) {
            exchange_->caller_is_gone(); // the handler goes on
            log("the caller went away before the answer");
            co_return;
        }
        text.clear();
    }
    co_await part();
}

} // namespace locum::cluster
