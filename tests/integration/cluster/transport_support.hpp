#pragma once
// A cluster of certificates, a server in this process, and ends of the wire that misbehave.

#include "cluster/transport_client.hpp"
#include "cluster/transport_server.hpp"
#include "platform/signals.hpp"
#include "tests/support/port.hpp"
#include "tests/support/scratch.hpp"
#include "token/authority.hpp"
#include "token/openssl.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

namespace transport_support {

namespace platform = locum::platform;
namespace token = locum::token;
using namespace locum::cluster;
using locum::engine::Error;
using locum::engine::Kind;
using namespace locum::testing;
using std::chrono::milliseconds;

struct Network {
    token::Authority authority = token::Authority::create("c-1", "suite");
    token::Identity node(const std::string& name) const {
        const token::NodeKey key = token::NodeKey::generate();
        return {authority.sign(key.csr(name), name, {"server"}), key.pem(),
                authority.certificate_pem()};
    }
};

// What a log holds, to be asked from another thread.
class Log {
public:
    void add(const RequestOutcome& outcome) {
        const std::lock_guard lock(mutex_);
        all_.push_back(outcome);
        changed_.notify_all();
    }
    bool await(const std::string& verb, const std::string& part_of_outcome) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(20), [&] {
            return std::any_of(all_.begin(), all_.end(), [&](const RequestOutcome& one) {
                return one.verb == verb && one.outcome.find(part_of_outcome) != std::string::npos;
            });
        });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<RequestOutcome> all_;
};

// A gate that a handler waits at until the test opens it.
class Gate {
public:
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    bool wait() {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(30), [this] { return open_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
};

// Reports once, and answers when the gate is opened.
inline Verb held_at(Gate& gate, const std::string& answer) {
    return {.handler = [&gate, answer](const Request&, const Emit& emit) {
        emit("1");
        gate.wait();
        return answer;
    }};
}

struct Agent {
    Agent(const Network& network, std::map<std::string, Verb> verbs,
          TransportServerOptions options = {}, const std::string& name = "node-1") :
        server("127.0.0.1", 0, network.node(name), with_ping(std::move(verbs)),
               logged(std::move(options))) {
        server.start();
    }
    Peer peer(const std::string& name = "node-1") const {
        return {name, "127.0.0.1", server.port()};
    }

    std::shared_ptr<Log> log = std::make_shared<Log>();
    TransportServer server;

private:
    static std::map<std::string, Verb> with_ping(std::map<std::string, Verb> verbs) {
        verbs["ping"] = {
            .handler = [](const Request& request,
                          const Emit&) { return "{\"peer\":\"" + request.peer + "\"}"; },
            .quick = true};
        return verbs;
    }
    TransportServerOptions logged(TransportServerOptions options) {
        options.log = [log = log](const RequestOutcome& outcome) { log->add(outcome); };
        return options;
    }
};

// A plain TCP connection to the port.
class RawTcp {
public:
    explicit RawTcp(std::uint16_t port) : socket_(connect_to_loopback(port)) {
        REQUIRE(socket_ != no_socket);
        set_receive_limit(socket_, 20);
    }
    RawTcp(const RawTcp&) = delete;
    RawTcp& operator=(const RawTcp&) = delete;
    ~RawTcp() { close_socket(socket_); }
    // For OpenSSL.
    int descriptor() const { return static_cast<int>(socket_); }
    // Until the other side ends it; false where it does not within 20 s.
    bool ended() const {
        char block[512];
        for (;;) {
            const auto count = ::recv(socket_, block, sizeof block, 0);
            if (count == 0 || (count < 0 && was_reset()))
                return true;
            if (count < 0)
                return false;
        }
    }

private:
    Socket socket_;
};

// A TLS end that says what it likes and trusts everyone.
class RawTls {
public:
    RawTls(std::uint16_t port, const token::Identity* identity) : tcp_(port) {
        platform::take_usual_signals(); // OpenSSL writes with write(2); Asio does not
        context_.reset(SSL_CTX_new(TLS_client_method()));
        if (identity != nullptr) {
            const auto certificate =
                token::openssl::read_certificate(identity->certificate_pem, "test");
            const auto key = token::openssl::read_private_key(identity->key_pem, "test");
            SSL_CTX_use_certificate(context_.get(), certificate.get());
            SSL_CTX_use_PrivateKey(context_.get(), key.get());
        }
        ssl_.reset(SSL_new(context_.get()));
        SSL_set_fd(ssl_.get(), tcp_.descriptor());
        connected_ = SSL_connect(ssl_.get()) == 1;
    }
    bool connected() const { return connected_; }
    bool send(const std::string& text) {
        return SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) > 0;
    }
    std::string read_all() {
        std::string all;
        char block[4096];
        for (;;) {
            const int count = SSL_read(ssl_.get(), block, sizeof block);
            if (count <= 0)
                return all;
            all.append(block, static_cast<std::size_t>(count));
        }
    }
    bool ended() const { return tcp_.ended(); }

private:
    RawTcp tcp_;
    token::openssl::Owned<SSL_CTX, SSL_CTX_free> context_;
    token::openssl::Owned<SSL, SSL_free> ssl_;
    bool connected_ = false;
};

inline std::string head(const std::string& verb, const std::string& length,
                        const std::string& more = "", const std::string& protocol = "1") {
    return "POST /v1/" + verb + " HTTP/1.1\r\nHost: x\r\nX-Locum-Protocol: " + protocol + "\r\n" +
           (length.empty() ? "" : "Content-Length: " + length + "\r\n") + more + "\r\n";
}

// A server that takes one connection, shows what it is given, reads once, answers and ends.
class RawServer {
public:
    enum class Then { end, hold };
    RawServer(const token::Identity& shown, std::string answer, Then then = Then::end,
              bool trusts_nobody = false) :
        answer_(std::move(answer)),
        then_(then), trusts_nobody_(trusts_nobody), shown_(shown),
        listener_(open_socket(SOCK_STREAM)), port_(bind_to_loopback(listener_)) {
        REQUIRE(port_ != 0);
        REQUIRE(::listen(listener_, 4) == 0);
        thread_ = std::thread([this] { serve(); });
    }
    RawServer(const RawServer&) = delete;
    RawServer& operator=(const RawServer&) = delete;
    ~RawServer() {
        ending_ = true;
        const Socket wakes = connect_to_loopback(port_); // an accept that waits
        release.open();
        thread_.join();
        close_socket(wakes);
        close_socket(listener_);
    }
    std::uint16_t port() const { return port_; }
    std::atomic<bool> got_request{false};
    Gate release;

private:
    void serve() {
        namespace o = token::openssl;
        const Socket socket = accept_at(listener_);
        if (ending_ || socket == no_socket) {
            close_socket(socket);
            return;
        }
        const o::Owned<SSL_CTX, SSL_CTX_free> context(SSL_CTX_new(TLS_server_method()));
        const auto certificate = o::read_certificate(shown_.certificate_pem, "test");
        const auto authority = o::read_certificate(shown_.ca_pem, "test");
        const auto key = o::read_private_key(shown_.key_pem, "test");
        SSL_CTX_use_certificate(context.get(), certificate.get());
        SSL_CTX_use_PrivateKey(context.get(), key.get());
        SSL_CTX_add1_chain_cert(context.get(), authority.get());
        if (trusts_nobody_)
            SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                               nullptr);
        const o::Owned<SSL, SSL_free> ssl(SSL_new(context.get()));
        SSL_set_fd(ssl.get(), static_cast<int>(socket));
        char block[4096];
        if (SSL_accept(ssl.get()) == 1 && SSL_read(ssl.get(), block, sizeof block) > 0) {
            got_request = true;
            if (!answer_.empty())
                SSL_write(ssl.get(), answer_.data(), static_cast<int>(answer_.size()));
            if (then_ == Then::hold)
                release.wait();
        }
        close_socket(socket);
    }

    std::atomic<bool> ending_ = false;
    std::string answer_;
    Then then_;
    bool trusts_nobody_;
    token::Identity shown_;
    Socket listener_;
    std::uint16_t port_;
    std::thread thread_;
};

// The error that f throws; fails the test where it throws none.
template <class Thrown = Error, class F>
Thrown thrown_by(F&& f) {
    try {
        f();
    } catch (const Error& error) {
        if (const auto* expected = dynamic_cast<const Thrown*>(&error))
            return *expected;
        FAIL("another error: " << error.one_line());
    }
    FAIL("nothing was thrown");
    throw 0;
}

inline bool says(const Error& error, const std::string& part) {
    const bool found = std::string(error.what()).find(part) != std::string::npos;
    if (!found)
        MESSAGE(std::string(error.what()));
    return found;
}

} // namespace transport_support
