#include "examples/endpoint-manager/load/http_client.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace http = boost::beast::http;

namespace endpoint::load {
namespace {

using Clock = std::chrono::steady_clock;

class Socket {
public:
    explicit Socket(int descriptor) : descriptor_(descriptor) {}
    ~Socket() { ::close(descriptor_); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    int get() const { return descriptor_; }

private:
    int descriptor_;
};

std::string reason(int error) {
    return std::strerror(error);
}

// Waits for the events; false: out of time.
bool wait(const Socket& socket, short events, Clock::time_point deadline) {
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        pollfd poll{socket.get(), events, 0};
        const int ready = ::poll(&poll, 1, left > 0 ? static_cast<int>(left) : 0);
        if (ready > 0) {
            return true;
        }
        if (ready == 0 || errno != EINTR) {
            return false;
        }
    }
}

sockaddr_storage address_of(const Front& front, socklen_t& size) {
    sockaddr_storage storage{};
    auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
    if (::inet_pton(AF_INET, front.address.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(front.port);
        size = sizeof(sockaddr_in);
    } else if (::inet_pton(AF_INET6, front.address.c_str(), &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(front.port);
        size = sizeof(sockaddr_in6);
    } else {
        throw TransportError(false, fmt::format("not an address: {}", front.address));
    }
    return storage;
}

std::unique_ptr<Socket> connected(const Front& front, Clock::time_point deadline) {
    socklen_t size = 0;
    const sockaddr_storage address = address_of(front, size);
    const int descriptor =
        ::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        throw TransportError(false, fmt::format("no socket: {}", reason(errno)));
    }
    auto socket = std::make_unique<Socket>(descriptor);
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), size) != 0) {
        int error = errno;
        if (error == EINPROGRESS) {
            if (!wait(*socket, POLLOUT, deadline)) {
                throw TransportError(false, "no connection in time");
            }
            socklen_t length = sizeof error;
            ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length);
        }
        if (error != 0) {
            throw TransportError(false, fmt::format("cannot connect: {}", reason(error)));
        }
    }
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
}

void send_all(const Socket& socket, const std::string& text, Clock::time_point deadline) {
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t sent =
            ::send(socket.get(), text.data() + done, text.size() - done, MSG_NOSIGNAL);
        if (sent >= 0) {
            done += static_cast<std::size_t>(sent);
        } else if (errno == EAGAIN) {
            if (!wait(socket, POLLOUT, deadline)) {
                throw TransportError(true, "not sent in time");
            }
        } else if (errno != EINTR) {
            throw TransportError(true, fmt::format("while sending: {}", reason(errno)));
        }
    }
}

std::string text_of(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

} // namespace

struct HttpClient::State {
    Front front;
    std::chrono::milliseconds patience;
    std::unique_ptr<Socket> socket;

    // Something to read before a request was sent is the end of the connection.
    void drop_if_closed() {
        if (socket && wait(*socket, POLLIN, Clock::now())) {
            socket.reset();
        }
    }

    http::response<http::string_body> receive(Clock::time_point deadline) const {
        http::response_parser<http::string_body> parser;
        parser.eager(true);
        std::string pending;
        char buffer[8192];
        while (!parser.is_done()) {
            const ssize_t size = ::recv(socket->get(), buffer, sizeof buffer, 0);
            if (size < 0) {
                if (errno == EAGAIN && !wait(*socket, POLLIN, deadline)) {
                    throw TransportError(true, "no answer in time");
                }
                if (errno != EAGAIN && errno != EINTR) {
                    throw TransportError(true, fmt::format("while receiving: {}", reason(errno)));
                }
                continue;
            }
            boost::system::error_code error;
            if (size == 0) {
                // The parser must not be told of an end before it took a byte.
                if (parser.got_some()) {
                    parser.put_eof(error);
                }
                if (error || !parser.is_done()) {
                    throw TransportError(true, "the connection was closed before the answer");
                }
                break;
            }
            pending.append(buffer, static_cast<std::size_t>(size));
            while (!pending.empty() && !parser.is_done() && !error) {
                pending.erase(0, parser.put(boost::asio::buffer(pending), error));
            }
            if (error && error != http::error::need_more) {
                throw TransportError(true, fmt::format("no HTTP: {}", error.message()));
            }
        }
        return parser.release();
    }
};

HttpClient::HttpClient(Front front, std::chrono::milliseconds patience) :
    state_(std::make_unique<State>(State{std::move(front), patience, nullptr})) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;

const Front& HttpClient::front() const {
    return state_->front;
}

Answer HttpClient::exchange(const std::string& method, const std::string& target,
                            const std::string& token, const std::string& body) {
    const auto deadline = Clock::now() + state_->patience;
    std::string request =
        fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", method, target, state_->front.text());
    if (!token.empty()) {
        request += fmt::format("Authorization: Bearer {}\r\n", token);
    }
    if (method != "GET") {
        request +=
            fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
    }
    request += "\r\n" + body;

    state_->drop_if_closed();
    if (!state_->socket) {
        state_->socket = connected(state_->front, deadline);
    }
    try {
        send_all(*state_->socket, request, deadline);
        auto message = state_->receive(deadline);
        if (!message.keep_alive()) {
            state_->socket.reset();
        }
        Answer answer;
        answer.status = static_cast<int>(message.result_int());
        answer.node = text_of(message["X-Node"]);
        answer.mode = text_of(message["X-Mode"]);
        answer.waited = message.find("X-Waited") != message.end();
        answer.retry_after = message.find(http::field::retry_after) != message.end();
        const std::string snapshot = text_of(message["X-Snapshot"]);
        std::int64_t ms = 0;
        if (std::from_chars(snapshot.data(), snapshot.data() + snapshot.size(), ms).ec ==
            std::errc{}) {
            answer.snapshot_ms = ms;
        }
        answer.body = std::move(message.body());
        return answer;
    } catch (const TransportError&) {
        state_->socket.reset(); // a late answer must not become the next request's
        throw;
    }
}

} // namespace endpoint::load
