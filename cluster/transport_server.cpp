#include "cluster/transport_server.hpp"

#include "cluster/tls.hpp"
#include "cluster/wire.hpp"
#include "cluster/worker_pool.hpp"
#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/host.hpp"

#include <atomic>
#include <fstream>
#include <list>
#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace locum::cluster {

namespace asio = boost::asio;
namespace http = boost::beast::http;
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

constexpr std::string_view upload_prefix = "upload-";
constexpr std::size_t quick_threads = 16;      // kept for verbs that are quick
constexpr std::size_t held_limit = 4U << 20;   // bytes of progress that wait for a slow caller
constexpr std::size_t block_size = 256U << 10; // of an upload
constexpr milliseconds linger{1000};           // for the caller to read a refusal

// An answer before any handler ran.
struct Refusal {
    unsigned status;
    Error error;
};

// One caller. All of it belongs to the network thread.
struct Connection : std::enable_shared_from_this<Connection> {
    Connection(tcp::socket socket, asio::ssl::context& context) :
        stream(std::move(socket), context), timer(stream.get_executor()) {
        error_code gone;
        const tcp::endpoint from = stream.next_layer().remote_endpoint(gone);
        if (!gone)
            address = from.address().to_string();
    }

    void close() {
        error_code ignored;
        stream.next_layer().close(ignored);
    }
    // From now on, for all that is awaited until the next one.
    void deadline(milliseconds limit, const char* for_what) {
        awaited = for_what;
        timer.expires_after(limit);
        timer.async_wait([self = shared_from_this()](error_code cancelled) {
            if (cancelled || self->timer.expiry() > steady_clock::now())
                return;
            self->expired = true;
            self->close();
        });
    }

    asio::ssl::stream<tcp::socket> stream;
    asio::steady_timer timer;
    std::string address;
    std::string held; // read past the head
    Request request;
    const char* awaited = "";
    bool expired = false;
    bool running = false; // a handler took the request
    steady_clock::time_point began = steady_clock::now();
};
using Caller = std::shared_ptr<Connection>;

// What a handler says, on its way from its thread to the network thread.
class Exchange : public std::enable_shared_from_this<Exchange> {
public:
    explicit Exchange(asio::io_context& io) : wake(io), io_(io) {}

    void progress(std::string line) {
        {
            const std::lock_guard lock(mutex_);
            if (gone_ || finished_ || text_.size() + line.size() > held_limit)
                return;
            text_ += line;
        }
        notify();
    }
    void finish(std::string last_line) {
        {
            const std::lock_guard lock(mutex_);
            finished_ = true;
            if (!gone_)
                text_ += last_line;
        }
        notify();
    }
    // The lines since the last call, and whether they are the last.
    std::pair<std::string, bool> take() {
        const std::lock_guard lock(mutex_);
        return {std::exchange(text_, {}), finished_};
    }
    void caller_is_gone() {
        const std::lock_guard lock(mutex_);
        gone_ = true;
        text_.clear();
    }

    asio::steady_timer wake; // of the network thread only

private:
    void notify() {
        asio::post(io_, [self = shared_from_this()] { self->wake.cancel(); });
    }

    asio::io_context& io_;
    std::mutex mutex_;
    std::string text_;
    bool finished_ = false;
    bool gone_ = false;
};

// A file of an upload, removed unless a handler renamed it.
struct Upload {
    explicit Upload(std::string path) : file(std::move(path)) {}
    Upload(const Upload&) = delete;
    Upload& operator=(const Upload&) = delete;
    ~Upload() {
        try {
            platform::remove_all(file);
        } catch (const Error&) {
            // the next start of the agent clears the folder
        }
    }
    std::string file;
};

struct Head {
    const Verb* verb = nullptr;
    std::uint64_t length = 0;
    bool expects_continue = false;
};

} // namespace

struct TransportServer::State {
    State(std::string at, std::uint16_t on, const token::Identity& identity,
          std::map<std::string, Verb> table, TransportServerOptions given) :
        address(std::move(at)),
        port(on), verbs(std::move(table)), options(std::move(given)),
        tls(tls::server_context(identity)), acceptor(io),
        pool(options.max_running + quick_threads) {}

    void bind();
    void end();
    awaitable<void> accept();
    awaitable<void> serve(Caller caller);
    awaitable<std::optional<Refusal>> take(Caller caller);
    awaitable<std::string> read_head(Caller caller);
    Head admit(Connection& caller, const std::string& text) const;
    awaitable<void> read_json(Caller caller, std::uint64_t length);
    awaitable<std::shared_ptr<Upload>> read_upload(Caller caller, std::uint64_t length);
    void run(Caller caller, const Verb& verb, std::shared_ptr<Upload> upload);
    awaitable<void> stream_answer(Caller caller);
    awaitable<void> part(Caller caller, milliseconds limit);
    void make_room();
    void log(const Connection& caller, std::string outcome) const;

    template <class Work>
    awaitable<void> on_disk(Work work) {
        co_await asio::co_spawn(
            disk,
            [work = std::move(work)]() -> awaitable<void> {
                work();
                co_return;
            },
            use_awaitable);
    }

    std::string address;
    std::uint16_t port;
    std::map<std::string, Verb> verbs;
    TransportServerOptions options;
    asio::io_context io{1};
    asio::ssl::context tls;
    tcp::acceptor acceptor;
    asio::thread_pool disk{1}; // writes of uploads, which must not hold up the network
    WorkerPool pool;
    std::list<Caller> callers; // the oldest first
    std::map<const Connection*, std::shared_ptr<Exchange>> exchanges;
    std::thread network;
};

void TransportServer::State::bind() {
    const std::string where = fmt::format("{}:{}", address, port);
    error_code failed;
    tcp::resolver resolver(io);
    const auto found =
        resolver.resolve(address, std::to_string(port),
                         tcp::resolver::passive | tcp::resolver::numeric_service, failed);
    if (failed || found.empty())
        throw Error(fmt::format("the agent cannot listen on {}: no such address ({})", where,
                                failed.message()))
            .remedy("give the node an address of this host");
    const tcp::endpoint endpoint = *found.begin();
    acceptor.open(endpoint.protocol(), failed);
    if (!failed)
        acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
    if (!failed)
        acceptor.bind(endpoint, failed);
    if (!failed)
        acceptor.listen(asio::socket_base::max_listen_connections, failed);
    if (!failed) {
        port = acceptor.local_endpoint().port();
        return;
    }
    acceptor.close();
    if (failed == asio::error::address_in_use) {
        const auto holder = platform::listener(endpoint.address().to_string(), port);
        const std::string who = holder && holder->pid
                                    ? fmt::format("{} (process {})", holder->program, *holder->pid)
                                    : std::string("another process, which this user may not see");
        throw Error(
            fmt::format("the agent cannot listen on {}: the port is taken by {}", where, who))
            .remedy("end that process, or give the agent another port");
    }
    if (failed == asio::error::access_denied)
        throw Error(fmt::format("the agent may not listen on {}: {}", where, failed.message()),
                    Kind::no_privilege)
            .remedy("give the agent a port above 1023, or run it with more privilege");
    throw Error(fmt::format("the agent cannot listen on {}: {}", where, failed.message()))
        .remedy("give the node an address of this host and a free port");
}

void TransportServer::State::log(const Connection& caller, std::string outcome) const {
    if (options.log)
        options.log({caller.request.peer, caller.address, caller.request.verb, std::move(outcome),
                     std::chrono::duration_cast<milliseconds>(steady_clock::now() - caller.began)});
}

awaitable<void> TransportServer::State::accept() {
    asio::steady_timer pause(io);
    while (acceptor.is_open()) {
        error_code failed;
        tcp::socket socket = co_await acceptor.async_accept(redirect_error(use_awaitable, failed));
        if (failed && acceptor.is_open()) {
            // Out of descriptors: those in use come back; accepting at once would spin.
            pause.expires_after(milliseconds(100));
            co_await pause.async_wait(redirect_error(use_awaitable, failed));
            continue;
        }
        if (failed)
            break;
        make_room();
        if (callers.size() >= options.max_connections)
            continue; // the socket closes
        auto caller = std::make_shared<Connection>(std::move(socket), tls);
        callers.push_back(caller);
        asio::co_spawn(io, serve(caller), [this, caller](std::exception_ptr) {
            caller->timer.cancel();
            caller->close();
            exchanges.erase(caller.get());
            callers.remove(caller);
        });
    }
}

// A flood of strangers shortens the time that strangers get, and keeps no node out.
void TransportServer::State::make_room() {
    if (callers.size() < options.max_connections)
        return;
    for (auto at = callers.begin(); at != callers.end(); ++at)
        if ((*at)->request.peer.empty() && !(*at)->running) {
            log(**at, "closed: too many connections");
            (*at)->close();
            callers.erase(at);
            return;
        }
}

awaitable<void> TransportServer::State::serve(Caller caller) {
    std::optional<Refusal> refusal;
    std::string broken;
    try {
        refusal = co_await take(caller);
        if (!refusal) {
            co_await stream_answer(caller);
            co_return;
        }
    } catch (const boost::system::system_error& error) {
        broken = caller->expired ? std::string("took too long") : error.code().message();
    } catch (const Error& error) {
        broken = error.what();
    }
    if (!broken.empty()) {
        log(*caller, fmt::format("closed during {}: {}", caller->awaited, broken));
        co_return;
    }
    log(*caller, fmt::format("refused: {}", refusal->error.what()));
    caller->deadline(linger, "a refusal");
    error_code failed;
    co_await asio::async_write(
        caller->stream,
        asio::buffer(wire::answer_head(refusal->status) + wire::error_line(refusal->error)),
        redirect_error(use_awaitable, failed));
    if (!failed)
        co_await part(caller, linger);
}

// Ends the connection so that what was sent arrives even where the caller still sends.
awaitable<void> TransportServer::State::part(Caller caller, milliseconds limit) {
    caller->deadline(limit, "the end");
    error_code ignored;
    co_await caller->stream.async_shutdown(redirect_error(use_awaitable, ignored));
    tcp::socket& socket = caller->stream.next_layer();
    if (!socket.is_open())
        co_return;
    socket.shutdown(tcp::socket::shutdown_send, ignored);
    char dropped[4096];
    error_code ended;
    while (!ended)
        co_await socket.async_read_some(asio::buffer(dropped),
                                        redirect_error(use_awaitable, ended));
}

// The request up to the start of its handler; or why there is none.
awaitable<std::optional<Refusal>> TransportServer::State::take(Caller caller) {
    caller->deadline(options.handshake_limit, "the handshake");
    co_await caller->stream.async_handshake(asio::ssl::stream_base::server, use_awaitable);
    SSL* connection = caller->stream.native_handle();
    caller->request.peer = tls::peer_node(connection);
    caller->request.channel = tls::channel(connection);
    try {
        const Head head = admit(*caller, co_await read_head(caller));
        std::shared_ptr<Upload> upload;
        if (head.expects_continue)
            co_await asio::async_write(caller->stream, asio::buffer(wire::continue_head),
                                       use_awaitable);
        if (head.verb->upload)
            upload = co_await read_upload(caller, head.length);
        else
            co_await read_json(caller, head.length);
        run(caller, *head.verb, std::move(upload));
    } catch (Refusal& refusal) {
        co_return std::move(refusal);
    }
    co_return std::nullopt;
}

awaitable<std::string> TransportServer::State::read_head(Caller caller) {
    caller->deadline(options.head_limit, "the head of the request");
    std::string text;
    char block[4096];
    for (;;) {
        const std::size_t count =
            co_await caller->stream.async_read_some(asio::buffer(block), use_awaitable);
        const std::size_t from = text.size() < 3 ? 0 : text.size() - 3;
        text.append(block, count);
        if (const std::size_t end = text.find("\r\n\r\n", from); end != std::string::npos) {
            caller->held = text.substr(end + 4);
            text.resize(end + 4);
            co_return text;
        }
        if (text.size() > wire::head_limit)
            throw Refusal{400, Error(fmt::format("the head of the request is longer than {} bytes",
                                                 wire::head_limit),
                                     Kind::usage)};
    }
}

// Who may ask for what, and how much of it will be read. Nothing of a body is read before.
Head TransportServer::State::admit(Connection& caller, const std::string& text) const {
    http::request_parser<http::empty_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(wire::head_limit) + 4096);
    parser.body_limit(boost::none);
    error_code failed;
    parser.put(asio::buffer(text), failed);
    if (failed || !parser.is_header_done())
        throw Refusal{400, Error("the request is not HTTP: " + failed.message(), Kind::usage)};
    const auto& message = parser.get();
    const auto field = [&message](auto name) {
        const auto value = message[name];
        return std::string(value.data(), value.size());
    };
    const std::string header(wire::protocol_header);
    try {
        wire::require_protocol(field(header), "the caller");
    } catch (const Error& error) {
        throw Refusal{426, error};
    }
    constexpr std::string_view prefix = "/v1/";
    const std::string target(message.target().data(), message.target().size());
    if (message.method() != http::verb::post || !target.starts_with(prefix))
        throw Refusal{404, Error("this is an agent of Locum; expected POST /v1/VERB", Kind::usage)};
    const std::string name = target.substr(prefix.size());
    const auto found = verbs.find(name);
    if (caller.request.peer.empty() && (found == verbs.end() || !found->second.without_certificate))
        throw Refusal{
            403,
            Error("the caller shows no certificate of a node of this cluster", Kind::not_trusted)
                .remedy("join this host first: locum install with the network token")};
    if (found == verbs.end())
        throw Refusal{404, Error(fmt::format("this agent knows no verb '{}'", name.substr(0, 40)),
                                 Kind::refused)
                               .remedy("run the same version of Locum on both hosts")};
    caller.request.verb = name;
    if (parser.chunked() || !parser.content_length())
        throw Refusal{411, Error("the request states no Content-Length", Kind::usage)};
    const std::uint64_t length = *parser.content_length();
    if (length > found->second.body_limit)
        throw Refusal{413, Error(fmt::format("the body of '{}' has {} bytes; at most {} are taken",
                                             name, length, found->second.body_limit),
                                 Kind::refused)};
    if (found->second.upload) {
        const std::string given = field(std::string(wire::parameters_header));
        caller.request.body = given.empty() ? "{}" : given;
        try {
            wire::require_json(caller.request.body, "the upload's parameters");
        } catch (const Error& error) {
            throw Refusal{400, error};
        }
    }
    return {&found->second, length, field(http::field::expect) == "100-continue"};
}

awaitable<void> TransportServer::State::read_json(Caller caller, std::uint64_t length) {
    caller->deadline(options.body_limit, "the body of the request");
    std::string& body = caller->request.body;
    body = std::move(caller->held);
    std::vector<char> block(16U << 10);
    while (body.size() < length) {
        const std::size_t count =
            co_await caller->stream.async_read_some(asio::buffer(block), use_awaitable);
        body.append(block.data(), count); // grows with what arrived, not with what was announced
    }
    body.resize(length);
    try {
        wire::require_json(body, "the body of the request");
    } catch (const Error& error) {
        throw Refusal{400, error};
    }
}

awaitable<std::shared_ptr<Upload>> TransportServer::State::read_upload(Caller caller,
                                                                       std::uint64_t length) {
    const std::uint64_t room = platform::free_bytes(options.upload_folder);
    if (room < length)
        throw Refusal{507, Error(fmt::format("{} has room for {} bytes; the upload has {}",
                                             options.upload_folder, room, length),
                                 Kind::refused)
                               .remedy("free space on that file system")};
    auto upload =
        std::make_shared<Upload>(fmt::format("{}/{}{}", options.upload_folder, upload_prefix,
                                             platform::hex(platform::random_bytes(12))));
    const auto out = std::make_shared<std::ofstream>();
    const auto require_written = [out, file = upload->file] {
        if (!*out)
            throw Refusal{507,
                          Error(fmt::format("cannot write {}: the disk is full or failing", file))
                              .remedy("check that file system")};
    };
    co_await on_disk([out, require_written, file = upload->file] {
        platform::write_file(file, "", 0600); // a name nobody knows; the mode before the content
        out->open(file, std::ios::binary | std::ios::in | std::ios::out);
        require_written();
    });
    const auto until =
        steady_clock::now() + options.body_limit +
        std::chrono::seconds(length / std::max<std::uint64_t>(options.slowest_upload, 1));
    const auto block = std::make_shared<std::string>(std::move(caller->held));
    for (std::uint64_t done = 0; done < length;) {
        if (block->empty()) {
            const auto left = std::chrono::duration_cast<milliseconds>(until - steady_clock::now());
            caller->deadline(std::min(options.body_limit, std::max(left, milliseconds(1))),
                             "the upload");
            block->resize(block_size);
            std::size_t filled = 0;
            while (filled < block->size() && done + filled < length) // fewer, larger writes
                filled += co_await caller->stream.async_read_some(
                    asio::buffer(block->data() + filled, block->size() - filled), use_awaitable);
            block->resize(filled);
        }
        block->resize(
            static_cast<std::size_t>(std::min<std::uint64_t>(block->size(), length - done)));
        caller->timer.cancel(); // a slow disk here is not a slow caller
        co_await on_disk([out, block, require_written] {
            out->write(block->data(), static_cast<std::streamsize>(block->size()));
            require_written();
        });
        done += block->size();
        block->clear();
    }
    co_await on_disk([out, require_written] {
        out->close();
        require_written();
    });
    caller->request.upload_file = upload->file;
    co_return upload;
}

void TransportServer::State::run(Caller caller, const Verb& verb, std::shared_ptr<Upload> upload) {
    auto exchange = std::make_shared<Exchange>(io);
    const bool taken = pool.run(
        [this, caller, exchange, upload, handler = &verb.handler]() mutable {
            const Request& request = caller->request;
            std::string last;
            std::string outcome = "result";
            try {
                if (upload)
                    platform::sync_file(upload->file);
                last = wire::result_line((*handler)(request, [&exchange](std::string_view json) {
                    exchange->progress(wire::progress_line(json));
                }));
                if (last.size() > wire::line_limit)
                    throw Error(
                        fmt::format("the result of '{}' has {} bytes; at most {} can be sent",
                                    request.verb, last.size(), wire::line_limit));
            } catch (const Error& error) {
                last = wire::error_line(error);
                outcome = engine::name(error.kind());
            } catch (const std::exception& error) {
                last = wire::error_line(
                    Error(fmt::format("the agent failed in '{}': {}", request.verb, error.what())));
                outcome = "failed: " + std::string(error.what());
            }
            upload.reset(); // before the answer, so that nothing is left when it arrives
            log(*caller, outcome);
            exchange->finish(std::move(last));
        },
        verb.quick ? 0 : quick_threads);
    if (!taken)
        throw Refusal{503,
                      Error(fmt::format("the agent already runs {} commands", options.max_running),
                            Kind::busy)
                          .remedy("try again when some of them are done")};
    caller->running = true;
    exchanges[caller.get()] = std::move(exchange);
}

awaitable<void> TransportServer::State::stream_answer(Caller caller) {
    const std::shared_ptr<Exchange> exchange = exchanges.at(caller.get());
    std::string text = wire::answer_head(200);
    for (bool last = false; !last;) {
        auto [lines, finished] = exchange->take();
        text += lines;
        last = finished;
        if (text.empty()) {
            error_code woken;
            exchange->wake.expires_after(options.alive_interval);
            co_await exchange->wake.async_wait(redirect_error(use_awaitable, woken));
            if (woken)
                continue;
            text = wire::alive_line();
        }
        caller->deadline(options.write_limit, "the answer");
        error_code failed;
        co_await asio::async_write(caller->stream, asio::buffer(text),
                                   redirect_error(use_awaitable, failed));
        caller->timer.cancel();
        if (failed) {
            exchange->caller_is_gone(); // the handler goes on
            log(*caller, "the caller went away before the answer");
            co_return;
        }
        text.clear();
    }
    co_await part(caller, linger);
}

void TransportServer::State::end() {
    asio::post(io, [this] {
        error_code ignored;
        acceptor.close(ignored);
        for (const Caller& caller : callers)
            if (!caller->running)
                caller->close();
    });
    network.join();
    pool.stop();
    disk.join();
}

TransportServer::TransportServer(std::string address, std::uint16_t port,
                                 const token::Identity& identity, std::map<std::string, Verb> verbs,
                                 TransportServerOptions options) :
    state_(std::make_unique<State>(std::move(address), port, identity, std::move(verbs),
                                   std::move(options))) {}

TransportServer::~TransportServer() {
    stop();
}

void TransportServer::start() {
    const std::string& folder = state_->options.upload_folder;
    if (!folder.empty()) {
        platform::make_folders(folder, 0700);
        for (const std::string& name : platform::list_folder(folder))
            if (name.starts_with(upload_prefix))
                platform::remove_all(folder + "/" + name);
    }
    state_->bind();
    asio::co_spawn(state_->io, state_->accept(), asio::detached);
    state_->network = std::thread([this] { state_->io.run(); });
}

std::uint16_t TransportServer::port() const {
    return state_->port;
}

void TransportServer::stop() {
    if (state_->network.joinable())
        state_->end();
}

} // namespace locum::cluster
