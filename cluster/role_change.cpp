#include "cluster/role_change.hpp"

#include "cluster/installed.hpp"
#include "cluster/lease.hpp"
#include "cluster/membership.hpp"
#include "cluster/transport_client.hpp"
#include "engine/error.hpp"
#include "token/proof.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace locum::cluster {

using engine::Error;
using engine::Kind;
using nlohmann::json;

namespace {

struct Asked {
    NodeRow node;
    std::string csr_pem;
    std::string manifest;
    std::string proof; // empty: none was sent
    bool only_ask = false;
};

Asked asked_from(const std::string& body) {
    try {
        const json value = json::parse(body);
        return {node_from_json(value.at("node").dump()), value.at("csr"), value.at("manifest"),
                value.at("proof"), value.at("only-ask")};
    } catch (const json::exception& error) {
        throw Error(fmt::format("not a request for roles: {}", error.what()), Kind::usage)
            .remedy("use the same Locum version on both hosts");
    }
}

// A role or a component that the registry does not have of it: what a member has is no proof that
// it may have more.
std::vector<std::string> gained(const NodeRow& before, const NodeRow& after) {
    std::vector<std::string> all;
    for (const std::string& component : after.components)
        if (!before.has(component))
            all.push_back(component);
    for (const std::string& role : after.roles)
        if (!before.has_role(role) && std::find(all.begin(), all.end(), role) == all.end())
            all.push_back(role);
    return all;
}

void require_allowed(const Layout& layout, Store& store, const Asked& asked,
                     const std::string& peer, const std::string& channel) {
    Registry registry(store);
    const NodeRow row = registry.node(peer);
    if (asked.node.name != peer || asked.node.installation != row.installation)
        throw Error(fmt::format("{} asks for the roles of {}", peer, asked.node.name),
                    Kind::not_trusted)
            .remedy("run the command on the node that is meant");
    require_no_operation(store);
    if (const std::string manifest = registry.fact(fact::manifest); manifest != asked.manifest)
        throw Error(fmt::format("the node's version has manifest {}, the cluster runs {} from {}",
                                asked.manifest, registry.fact(fact::version), manifest),
                    Kind::refused)
            .remedy("upgrade the node first");
    const std::vector<std::string> more = gained(row, asked.node);
    if (!more.empty() && asked.proof.empty())
        throw Error(fmt::format("{} is to get {}, and has not shown the network token", peer,
                                fmt::join(more, ", ")),
                    Kind::not_trusted)
            .remedy("give --token FILE, written on a node with a server by locum token write FILE");
    if (!more.empty() &&
        !token::proves_join(asked.proof, load_join_secret(layout), channel, asked.csr_pem))
        throw Error("the network token's secret is not this cluster's", Kind::not_trusted)
            .remedy("write it anew on a node with a server: locum token write FILE");
    require_met(InstalledVersion(layout, load_node_state(layout).version).manifest(),
                registry.nodes(), asked.node);
}

std::string ask(const Layout& layout, const Address& server, const RoleChange& change,
                bool only_ask) {
    const TransportClient client(load_identity(layout));
    return client.call_bound(
        {server.node, server.host, server.port}, "modify", [&](const std::string& channel) {
            return json{
                {"node", json::parse(to_json(change.node))},
                {"csr", change.csr_pem},
                {"manifest", change.manifest},
                {"only-ask", only_ask},
                {"proof", change.join_secret.empty()
                              ? ""
                              : token::join_proof(change.join_secret, channel, change.csr_pem)}}
                .dump();
        });
}

} // namespace

std::string change_roles(const Layout& layout, const std::string& peer, const std::string& body,
                         const std::string& channel) {
    const Asked asked = asked_from(body);
    if (!holds_authority(layout))
        throw Error("this node runs no server, so it signs no certificates", Kind::refused)
            .remedy("ask a server of the cluster");
    const datasource::Settings settings = load_datasource(layout).value();
    Store store(settings, layout.suite);
    require_allowed(layout, store, asked, peer, channel);
    if (asked.only_ask)
        return to_json(introduce(
            layout, asked.node,
            {"the agent of " + peer, endpoint(asked.node.address, asked.node.agent_port), ""}));
    const std::string certificate =
        load_authority(layout).sign(asked.csr_pem, peer, asked.node.roles);
    const Lease lease(settings, layout.suite, "modification of " + peer);
    store.transaction([&] {
        lock_epoch(store.connection(), store.prefix(), lease.epoch());
        require_allowed(layout, store, asked, peer, channel); // beside what others are by now
        Registry registry(store);
        registry.change_selection(asked.node);
        registry.add_admission(peer, load_node_state(layout).name,
                               token::facts_of(certificate).fingerprint);
    });
    return answer_to(layout, asked.node, certificate);
}

JoinAnswer ask_for_roles(const Layout& layout, const Address& server, const RoleChange& change) {
    return join_answer_from_json(ask(layout, server, change, false), change.node);
}

Introduction may_change_roles(const Layout& layout, const Address& server,
                              const RoleChange& change) {
    return introduction_from_json(ask(layout, server, change, true));
}

} // namespace locum::cluster
