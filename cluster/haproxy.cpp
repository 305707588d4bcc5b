#include "cluster/haproxy.hpp"

#include "engine/error.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <fmt/format.h>
#include <map>
#include <sstream>
#include <vector>

namespace locum::cluster {

namespace {

constexpr std::chrono::seconds answer_limit{3};

std::vector<std::string> split(const std::string& line, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(line);
    for (std::string part; std::getline(stream, part, separator);)
        parts.push_back(part);
    return parts;
}

} // namespace

std::string HaproxySocket::ask(const std::string& command) const {
    auto silent = [&](const std::string& why) {
        return engine::Error(fmt::format("the balancer does not answer on {}: {}", socket_, why))
            .remedy("see whether its service runs: locum status");
    };
    boost::asio::local::stream_protocol::iostream stream;
    stream.expires_after(answer_limit);
    try {
        stream.connect(boost::asio::local::stream_protocol::endpoint(socket_));
    } catch (const boost::system::system_error& error) { // a path that no socket can have
        throw silent(error.code().message());
    }
    if (!stream)
        throw silent(stream.error().message());
    stream << command << "\n" << std::flush;
    std::ostringstream answer;
    answer << stream.rdbuf();
    // One that is stopped accepts the connection, and says nothing.
    if (stream.error() && stream.error() != boost::asio::error::eof)
        throw silent(fmt::format("no answer within {} s", answer_limit.count()));
    return answer.str();
}

void HaproxySocket::set_state(const std::string& server, const std::string& state) const {
    std::string answer = ask(fmt::format("set server {}/{} state {}", backend_, server, state));
    if (answer.find_first_not_of(" \n") != std::string::npos)
        throw engine::Error(fmt::format("the balancer refused to set {}/{} to {}: {}", backend_,
                                        server, state, answer))
            .remedy("compare the balancer's configuration with `locum node list`");
}

void HaproxySocket::drain(const std::string& server) const {
    set_state(server, "drain");
}

void HaproxySocket::ready(const std::string& server) const {
    set_state(server, "ready");
}

BalancedServer HaproxySocket::show(const std::string& server) const {
    std::istringstream answer(ask("show stat"));
    std::map<std::string, std::size_t> column;
    for (std::string line; std::getline(answer, line);) {
        std::vector<std::string> fields = split(line, ',');
        if (line.starts_with("# ")) {
            fields[0].erase(0, 2);
            for (std::size_t i = 0; i < fields.size(); ++i)
                column[fields[i]] = i;
            continue;
        }
        if (fields.size() < 18 || fields[column["pxname"]] != backend_ ||
            fields[column["svname"]] != server)
            continue;
        // "UP", "UP 1/2", "DRAIN", "MAINT", "DOWN", "no check", …
        const std::string& state = fields[column["status"]];
        // Requests under way, and those that wait for a place.
        const std::string& running = fields[column["scur"]];
        const std::string& queued = fields[column["qcur"]];
        return {state.starts_with("UP") || state == "no check", running == "0" && queued == "0",
                fmt::format("{}, {} running, {} queued", state, running, queued)};
    }
    throw engine::Error(
        fmt::format("the balancer at {} knows no server {}/{}", socket_, backend_, server))
        .remedy("compare the balancer's configuration with `locum node list`");
}

std::int64_t HaproxySocket::worker() const {
    std::istringstream answer(ask("show info"));
    for (std::string line; std::getline(answer, line);)
        if (line.starts_with("Pid: "))
            return std::stoll(line.substr(5));
    throw engine::Error(fmt::format("the balancer at {} does not say which process it is", socket_))
        .remedy("see whether its socket has level admin, and its log");
}

BalancerPort haproxy_port(HaproxySocket socket, const std::string& server) {
    return {[socket, server] { socket.drain(server); }, [socket, server] { socket.ready(server); },
            [socket, server] { return socket.show(server); }};
}

} // namespace locum::cluster
