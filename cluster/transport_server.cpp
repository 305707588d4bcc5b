#include "cluster/transport_server.hpp"

#include "cluster/reach.hpp"
#include "cluster/tls.hpp"
#include "cluster/transport_session.hpp"
#include "cluster/upload.hpp"
#include "engine/error.hpp"
#include "platform/host.hpp"
#include "platform/socket.hpp"

#include <algorithm>
#include <list>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace locum::cluster {

namespace asio = boost::asio;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using boost::system::error_code;
using engine::Error;
using engine::Kind;

struct TransportServer::State {
    State(std::string at, std::uint16_t on, const token::Identity& identity,
          std::map<std::string, Verb> verbs, TransportServerOptions options) :
        address(std::move(at)),
        port(on), parts{.verbs = std::move(verbs),
                        .options = options,
                        .pool = WorkerPool(options.max_running + quick_threads)},
        tls(tls::server_context(identity)), acceptor(parts.io) {}

    void bind();
    void listen_on(const tcp::endpoint& endpoint, error_code& failed);
    asio::awaitable<void> accept();
    void make_room();
    void end();

    std::string address;
    std::uint16_t port;
    ServerParts parts;
    asio::ssl::context tls;
    tcp::acceptor acceptor;
    std::list<std::shared_ptr<Session>> sessions; // the oldest first; of the network thread
    std::thread network;
};

void TransportServer::State::listen_on(const tcp::endpoint& endpoint, error_code& failed) {
    acceptor.open(endpoint.protocol(), failed);
    if (!failed)
        acceptor.set_option(tcp::acceptor::reuse_address(platform::listener_reuses_address()),
                            failed);
    if (!failed)
        acceptor.bind(endpoint, failed);
    if (!failed)
        acceptor.listen(asio::socket_base::max_listen_connections, failed);
}

void TransportServer::State::bind() {
    const std::string where = cluster::endpoint(address, port);
    error_code failed;
    const auto found = tcp::resolver(parts.io).resolve(
        address, std::to_string(port), tcp::resolver::passive | tcp::resolver::numeric_service,
        failed);
    if (failed || found.empty())
        throw Error(fmt::format("the agent cannot listen on {}: no such address ({})", where,
                                failed.message()))
            .remedy("give the node an address of this host");
    const tcp::endpoint endpoint = *found.begin();
    listen_on(endpoint, failed);
    if (!failed) {
        port = acceptor.local_endpoint().port();
        return;
    }
    error_code ignored;
    acceptor.close(ignored);
    // Windows denies access to a port that another process has for itself.
    const bool in_use = failed == asio::error::address_in_use;
    const auto holder = in_use || failed == asio::error::access_denied
                            ? platform::listener(endpoint.address().to_string(), port)
                            : std::nullopt;
    if (in_use || holder) {
        throw Error(fmt::format("the agent cannot listen on {}: the port is taken by {}", where,
                                holder && holder->pid
                                    ? fmt::format("{} (process {})", holder->program, *holder->pid)
                                    : "a process that this user may not see"))
            .remedy("end that process, or give the agent another port");
    }
    if (failed == asio::error::access_denied)
        throw Error(fmt::format("the agent may not listen on {}: {}", where, failed.message()),
                    Kind::no_privilege)
            .remedy("give the agent a port above 1023, or run it with more privilege");
    throw Error(fmt::format("the agent cannot listen on {}: {}", where, failed.message()))
        .remedy("give the node an address of this host and a free port");
}

asio::awaitable<void> TransportServer::State::accept() {
    asio::steady_timer pause(parts.io);
    while (acceptor.is_open()) {
        error_code failed;
        tcp::socket socket = co_await acceptor.async_accept(redirect_error(use_awaitable, failed));
        if (failed && !acceptor.is_open())
            break;
        if (failed) {
            // Out of descriptors: some come back; accepting again at once would spin.
            pause.expires_after(std::chrono::milliseconds(100));
            co_await pause.async_wait(redirect_error(use_awaitable, failed));
            continue;
        }
        make_room();
        if (sessions.size() >= parts.options.max_connections)
            continue; // all are nodes at work: the socket closes
        const auto session = std::make_shared<Session>(std::move(socket), tls, parts);
        sessions.push_back(session);
        asio::co_spawn(parts.io, session->serve(), [this, session](std::exception_ptr) {
            session->close();
            sessions.remove(session);
        });
    }
}

// A flood of strangers shortens the time that strangers get, and keeps no node out.
void TransportServer::State::make_room() {
    if (sessions.size() < parts.options.max_connections)
        return;
    const auto oldest = std::find_if(sessions.begin(), sessions.end(),
                                     [](const auto& session) { return session->stranger(); });
    if (oldest == sessions.end())
        return;
    (*oldest)->log("closed: too many connections");
    (*oldest)->close();
    sessions.erase(oldest);
}

void TransportServer::State::end() {
    asio::post(parts.io, [this] {
        error_code ignored;
        acceptor.close(ignored);
        for (const auto& session : sessions)
            if (!session->running())
                session->close();
    });
    network.join(); // when the last answer was delivered
    parts.pool.stop();
    parts.disk.join();
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
    if (const std::string& folder = state_->parts.options.upload_folder; !folder.empty())
        Upload::prepare(folder);
    state_->bind();
    asio::co_spawn(state_->parts.io, state_->accept(), asio::detached);
    state_->network = std::thread([this] { state_->parts.io.run(); });
}

std::uint16_t TransportServer::port() const {
    return state_->port;
}

void TransportServer::stop() {
    if (state_->network.joinable())
        state_->end();
}

} // namespace locum::cluster
