#include "cluster/peers.hpp"

#include "cluster/members.hpp"
#include "cluster/membership.hpp"
#include "cluster/transport_client.hpp"
#include "engine/error.hpp"
#include "engine/work_count.hpp"

#include <nlohmann/json.hpp>
#include <optional>

namespace locum::cluster {

using nlohmann::json;

struct Peers::State {
    TransportClient client;
};

Address address_of(const NodeRow& node) {
    return {node.name, node.address, node.agent_port};
}

Address address_of(const NodeState& node) {
    return {node.name, node.address, node.agent_port};
}

std::string any_server(const token::NetworkToken& token,
                       const std::function<std::string(const Address&)>& ask) {
    std::string failures;
    for (const std::string& address : token.addresses) {
        const token::Address to = token::parse_address(address);
        try {
            return ask({"", to.host, static_cast<std::uint16_t>(std::stoul(to.port))});
        } catch (const Unreachable& error) {
            failures += "\n  " + error.one_line();
        }
    }
    throw engine::Error("no server of the cluster answers:" + failures, engine::Kind::refused)
        .remedy("start an agent there (locum agent start), or check the network between the hosts");
}

namespace {

Peer peer(const Address& to) {
    return {to.node, to.host, to.port};
}

// Progress lines of an agent become the coordinator's own progress.
std::function<void(std::string_view)> forward(engine::Reporter& reporter,
                                              const std::string& step_id) {
    return [&reporter, step_id](std::string_view line) {
        const json progress = json::parse(line);
        if (progress.contains("note"))
            reporter.note(progress.at("note").get<std::string>());
        else
            reporter.work(step_id, progress.value("done", std::uint64_t{0}),
                          progress.value("total", std::uint64_t{0}), progress.value("unit", ""));
    };
}

} // namespace

Peers::Peers(const Layout& layout) :
    state_(std::make_unique<State>(State{TransportClient(load_identity(layout))})) {}
Peers::~Peers() = default;
Peers::Peers(Peers&&) noexcept = default;
Peers& Peers::operator=(Peers&&) noexcept = default;

std::string Peers::command(const Address& to, const CommandId& id, const std::string& operation,
                           const std::string& parameters, engine::Reporter& reporter,
                           const std::string& step_id) const {
    const json body = {{"command", id.id},
                       {"operation", id.operation},
                       {"epoch", id.epoch},
                       {"name", operation},
                       {"parameters", json::parse(parameters)}};
    return state_->client.call(peer(to), "run", body.dump(), forward(reporter, step_id));
}

std::string Peers::ask(const Address& to, const std::string& operation,
                       const std::string& parameters) const {
    const json body = {{"command", ""},
                       {"operation", ""},
                       {"epoch", 0},
                       {"name", operation},
                       {"parameters", json::parse(parameters)}};
    return state_->client.call(peer(to), "ask", body.dump());
}

void Peers::leave(const Address& to, const std::string& installation, Leaving how) const {
    try {
        state_->client.call(
            peer(to), "leave",
            json{{"unless-busy", how == Leaving::unless_busy}, {"installation", installation}}
                .dump());
    } catch (const engine::Error& error) {
        if (error.kind() != engine::Kind::not_trusted ||
            error.one_line().find(not_registered) == std::string::npos)
            throw;
        // It has left already: a run that was cut off, or somebody else, has seen to it.
    }
}

void Peers::send_secrets(const Address& to, const engine::Secret& values) const {
    state_->client.call(peer(to), "secrets", values.reveal());
}

void Peers::send_datasource(const Address& to, const engine::Secret& settings) const {
    state_->client.call(peer(to), "datasource", settings.reveal());
}

void Peers::send_bundle(const Address& to, const std::string& file,
                        const std::string& manifest_sha256, engine::Reporter& reporter,
                        const std::string& step_id) const {
    std::optional<engine::WorkCount> count;
    state_->client.upload(peer(to), "bundle", json{{"manifest", manifest_sha256}}.dump(), file,
                          forward(reporter, step_id), [&](std::uint64_t more, std::uint64_t size) {
                              if (!count)
                                  count.emplace(reporter, step_id, size, "bytes");
                              count->add(more);
                          });
}

} // namespace locum::cluster
