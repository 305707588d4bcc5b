#include "cluster/introduction.hpp"

#include "cluster/clock.hpp"
#include "cluster/installed.hpp"
#include "cluster/peers.hpp"
#include "cluster/transport_client.hpp"
#include "engine/error.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <future>
#include <nlohmann/json.hpp>

namespace locum::cluster {

using nlohmann::json;

namespace {

// The ports at which balancers reach the servers of this node.
std::vector<Reach> balanced_ports(const NodeRow& node, const suite::Manifest& manifest) {
    std::vector<Reach> ports;
    for (const suite::Port& port : manifest.ports) {
        const auto number = node.ports.find(port.name);
        if (port.tcp && port.component == manifest.balancing->server && number != node.ports.end())
            ports.push_back({fmt::format("port {} of the server on {}", port.name, node.name),
                             endpoint(node.address, number->second)});
    }
    return ports;
}

// What one member says: whether it answers at all, and whether it reaches the host.
struct Said {
    std::string silent;
    std::string cannot;
};

Said ask(const Peers& peers, const NodeRow& member, const Reach& at) {
    try {
        const std::string answer =
            peers.ask(address_of(member), "reach", json{{"to", json::parse(to_json({at}))}}.dump());
        const std::vector<Unreached> failed = unreached_from_json(answer);
        return {"", failed.empty() ? "" : failed.front().why};
    } catch (const Unreachable& error) {
        return {error.one_line(), ""};
    } catch (const engine::Error&) {
        return {}; // an older agent: it answers, and does not know the question
    }
}

} // namespace

std::vector<Reach> needs_of(const NodeRow& node, const std::vector<NodeRow>& all,
                            const suite::Manifest& manifest, const datasource::Settings& settings) {
    std::vector<Reach> needs;
    const bool balances = manifest.balancing && node.has(manifest.balancing->component);
    for (const NodeRow& other : all) {
        if (other.name != node.name)
            needs.push_back(
                {"the agent of " + other.name, endpoint(other.address, other.agent_port)});
        if (balances && other.has(manifest.balancing->server) && other.name != node.name)
            for (Reach& port : balanced_ports(other, manifest))
                needs.push_back(std::move(port));
    }
    if (node.has_role("server") && settings.kind != datasource::Kind::sqlite &&
        !settings.host.starts_with('/')) // a socket's folder
        needs.push_back({"the database", endpoint(settings.host, settings.port)});
    return needs;
}

Introduction introduce(const Layout& layout, const NodeRow& joining, const Reach& at) {
    const NodeState own = load_node_state(layout);
    const datasource::Settings settings = load_datasource(layout).value();
    Store store(settings, own.suite);
    Introduction told;
    told.by = own.name;
    told.database_ahead_ms = database_ahead_ms(store.connection());
    told.members = Registry(store).nodes();
    const InstalledVersion version(layout, own.version);
    told.needs = needs_of(joining, told.members, version.manifest(), settings);

    const Peers peers(layout);
    const std::vector<Reach> back =
        at.greeting.empty() ? std::vector<Reach>{} : std::vector<Reach>{at};
    std::vector<std::pair<std::string, std::future<Said>>> asked;
    for (const NodeRow& member : told.members)
        if (member.name != own.name && !at.greeting.empty())
            asked.emplace_back(member.name, std::async(std::launch::async, [&peers, &member, &at] {
                                   return ask(peers, member, at);
                               }));
    for (const Unreached& fault : unreached(back))
        told.cannot_reach_it.emplace_back(own.name, fault.why);
    for (auto& [name, answer] : asked) {
        const Said said = answer.get();
        if (!said.silent.empty())
            told.silent.emplace_back(name, said.silent);
        if (!said.cannot.empty())
            told.cannot_reach_it.emplace_back(name, said.cannot);
    }
    return told;
}

std::string to_json(const Introduction& told) {
    json members = json::array();
    for (const NodeRow& member : told.members)
        members.push_back(json::parse(to_json(member)));
    return json{{"by", told.by},
                {"database-ahead-ms",
                 told.database_ahead_ms ? json(*told.database_ahead_ms) : json(nullptr)},
                {"needs", json::parse(to_json(told.needs))},
                {"cannot-reach-it", told.cannot_reach_it},
                {"silent", told.silent},
                {"members", members}}
        .dump();
}

Introduction introduction_from_json(const std::string& text) {
    const json value = json::parse(text);
    Introduction told;
    if (!value.contains("by"))
        return told;
    told.by = value.at("by");
    if (!value.at("database-ahead-ms").is_null())
        told.database_ahead_ms = value.at("database-ahead-ms").get<std::int64_t>();
    told.needs = reaches_from_json(value.at("needs").dump());
    value.at("cannot-reach-it").get_to(told.cannot_reach_it);
    value.at("silent").get_to(told.silent);
    for (const json& member : value.at("members"))
        told.members.push_back(node_from_json(member.dump()));
    return told;
}

} // namespace locum::cluster
