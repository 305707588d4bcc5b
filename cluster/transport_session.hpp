#pragma once
// One caller of a TransportServer. For transport_*.cpp only, since it needs Asio.

#include "cluster/transport_server.hpp"
#include "cluster/worker_pool.hpp"
#include "engine/error.hpp"

#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

namespace locum::cluster {

class Exchange;
class Upload;
struct HttpRequest;

inline constexpr std::size_t quick_threads = 16; // kept for verbs that are quick

// What all callers of a server share.
struct ServerParts {
    std::map<std::string, Verb> verbs;
    TransportServerOptions options;
    boost::asio::io_context io{1};
    boost::asio::thread_pool disk{1}; // writes uploads, which must not hold up the network
    WorkerPool pool;                  // runs handlers
};

// Belongs to the network thread, but for what run() hands to a worker.
class Session : public std::enable_shared_from_this<Session> {
public:
    Session(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& tls,
            ServerParts& parts);

    // From the handshake to the end of the answer. Throws nothing that is not a bug.
    boost::asio::awaitable<void> serve();
    // At once; serve() ends soon after.
    void close();
    // A handler took the request.
    bool running() const { return running_; }
    // Has no certificate and no handler.
    bool stranger() const { return !running_ && request_->peer.empty(); }
    void log(std::string outcome) const;

private:
    // An answer before any handler ran.
    struct Refusal {
        unsigned status;
        engine::Error error;
    };

    void deadline(std::chrono::milliseconds limit, const char* for_what);
    boost::asio::awaitable<std::optional<Refusal>> take();
    boost::asio::awaitable<std::string> read_head();
    const Verb& admit(const HttpRequest& http);
    boost::asio::awaitable<void> read_json(std::uint64_t length);
    boost::asio::awaitable<std::shared_ptr<Upload>> read_upload(std::uint64_t length);
    void run(const Verb& verb, std::shared_ptr<Upload> upload);
    boost::asio::awaitable<void> stream_answer();
    boost::asio::awaitable<void> part();

    ServerParts& parts_;
    boost::asio::ssl::stream<boost::asio::ip::tcp::socket> stream_;
    boost::asio::steady_timer timer_; // of deadline()
    boost::asio::steady_timer wake_;  // of stream_answer()
    std::string address_;
    std::string held_; // read and not yet used
    std::shared_ptr<Request> request_ = std::make_shared<Request>();
    std::shared_ptr<Exchange> exchange_;
    const char* awaited_ = "";
    bool expired_ = false;
    bool running_ = false;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

} // namespace locum::cluster
