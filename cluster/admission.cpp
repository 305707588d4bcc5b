#include "cluster/admission.hpp"
#include "cluster/datasources.hpp"

#include "cluster/installed.hpp"
#include "cluster/lease.hpp"
#include "cluster/membership.hpp"
#include "cluster/node_keys.hpp"
#include "cluster/operations.hpp"
#include "cluster/peers.hpp"
#include "cluster/shared_secrets.hpp"
#include "cluster/transport_client.hpp"
#include "engine/error.hpp"
#include "platform/hash.hpp"
#include "platform/host.hpp"
#include "suite/topology.hpp"
#include "token/proof.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <set>

namespace locum::cluster {

using engine::Error;
using engine::Kind;
using nlohmann::json;

namespace {

JoinRequest proven_request(const Layout& layout, const std::string& body,
                           const std::string& channel) {
    JoinRequest request;
    std::string proof;
    try {
        const json value = json::parse(body);
        request = {value.at("suite"), node_from_json(value.at("node").dump()), value.at("csr"),
                   value.at("manifest")};
        proof = value.at("proof");
    } catch (const json::exception& error) {
        throw Error(fmt::format("not a join request: {}", error.what()), Kind::usage)
            .remedy("use the same Locum version on both hosts");
    }
    if (!holds_authority(layout))
        throw Error("this node runs no server, so it cannot admit nodes", Kind::refused)
            .remedy("ask a server of the cluster");
    if (!token::proves_join(proof, load_join_secret(layout), channel, request.csr_pem))
        throw Error("the network token's secret is not this cluster's", Kind::not_trusted)
            .remedy("take the token file from the cluster's first node anew");
    return request;
}

} // namespace

void require_no_operation(Store& store) {
    if (std::optional<Operation> open = Operations(store).open())
        throw Error(
            fmt::format("operation {} ({}, {}) is open", open->id, open->kind, name(open->state)),
            Kind::busy)
            .remedy("end it first: locum upgrade resume, or locum upgrade rollback");
}

std::vector<Unmet> unmet(const suite::Manifest& manifest, const std::vector<NodeRow>& nodes) {
    std::vector<Unmet> all;
    for (const NodeRow& node : nodes)
        for (const std::string& name : node.components)
            if (const suite::Component* component = manifest.component(name))
                for (const std::string& needed : component->cluster_requires)
                    if (std::none_of(nodes.begin(), nodes.end(),
                                     [&](const NodeRow& other) { return other.has(needed); }))
                        all.push_back({node.name, name, needed});
    return all;
}

std::string mixed(const suite::Manifest& manifest, const std::vector<NodeRow>& nodes) {
    std::set<std::string> all;
    for (const NodeRow& node : nodes)
        all.insert(node.components.begin(), node.components.end());
    const std::vector<std::string> together(all.begin(), all.end());
    return suite::topology_of(manifest, together) ? ""
                                                  : fmt::format("{}", fmt::join(together, ", "));
}

void require_met(const suite::Manifest& manifest, const std::vector<NodeRow>& nodes,
                 const NodeRow& changed) {
    std::vector<NodeRow> after{changed};
    for (const NodeRow& node : nodes)
        if (node.name != changed.name)
            after.push_back(node);
    if (const std::string all = mixed(manifest, after); !all.empty())
        throw Error(fmt::format("with {} ({}) the cluster would have {}, which no topology has",
                                changed.name, fmt::join(changed.components, ", "), all),
                    Kind::refused)
            .remedy("choose components of one topology for all nodes: " +
                    suite::topologies_text(manifest));
    const std::vector<Unmet> missing = unmet(manifest, after);
    if (missing.empty())
        return;
    const Unmet& first = missing.front();
    throw Error(fmt::format("{} needs {} somewhere in the cluster, and no node has it",
                            first.component, first.needed),
                Kind::refused)
        .remedy(fmt::format("install a node with {} first", first.needed));
}

namespace {

// Everything that speaks against the node, before anything is changed.
void require_admissible(const Layout& layout, Store& store, const NodeState& own,
                        const JoinRequest& request) {
    Registry registry(store);
    if (request.suite != own.suite)
        throw Error(
            fmt::format("the node installs {}, this cluster runs {}", request.suite, own.suite),
            Kind::refused)
            .remedy("use the token of the right cluster");
    require_no_operation(store);
    if (std::string manifest = registry.fact(fact::manifest); manifest != request.manifest)
        throw Error(fmt::format("the node's bundle has manifest {}, the cluster runs {} from {}",
                                request.manifest, registry.fact(fact::version), manifest),
                    Kind::refused)
            .remedy("install the version that the cluster runs, from the same bundle");
    if (std::string machine = registry.fact(fact::trial_machine);
        !machine.empty() && machine != request.node.machine)
        throw Error("this is a trial cluster: its embedded database serves one host, and the node "
                    "is on another",
                    Kind::refused)
            .remedy("create the cluster on a PostgreSQL datasource to use several hosts");
    require_free(registry, request.node);
    require_met(InstalledVersion(layout, own.version).manifest(), registry.nodes(), request.node);
}

} // namespace

std::string may_join(const Layout& layout, const std::string& body, const std::string& channel) {
    const JoinRequest request = proven_request(layout, body, channel);
    const NodeState own = load_node_state(layout);
    Store store(load_datasource(layout).value(), own.suite);
    require_admissible(layout, store, own, request);
    const NodeRow& node = request.node;
    return to_json(introduce(layout, node,
                             {"the agent of " + node.name, endpoint(node.address, node.agent_port),
                              json::parse(body).value("greeting", "")}));
}

std::string admit(const Layout& layout, const std::string& body, const std::string& channel) {
    const JoinRequest request = proven_request(layout, body, channel);
    const NodeState own = load_node_state(layout);
    Store store(load_datasource(layout).value(), own.suite);
    require_admissible(layout, store, own, request);

    const token::Authority authority = load_authority(layout);
    std::string certificate;
    store.transaction([&] {
        require_free_lease(store); // whoever holds it has looked at who the members are
        require_admissible(layout, store, own, request); // beside who came meanwhile
        certificate = authority.sign(request.csr_pem, request.node.name, request.node.roles);
        const token::CertificateFacts facts = token::facts_of(certificate);
        Registry registry(store);
        registry.add_node(request.node);
        registry.add_admission(request.node.name, own.name, facts.fingerprint);
        keep_key(store, request.node.installation, facts.pin);
    });
    return answer_to(layout, request.node, certificate);
}

std::string answer_to(const Layout& layout, const NodeRow& node, const std::string& certificate) {
    const NodeState own = load_node_state(layout);
    const token::Authority authority = load_authority(layout);
    json answer = {{"certificate", certificate},
                   {"ca", authority.certificate_pem()},
                   {"cluster", own.cluster_id},
                   {"trial", own.trial}};
    if (node.has_role("server")) {
        answer["ca-key"] = authority.key_pem().reveal();
        answer["suite-seed"] = platform::hex(load_suite_seed(layout).reveal());
        answer["datasource"] = json::parse(to_json(active_datasource(layout)).reveal());
    } else {
        const InstalledVersion version(layout, own.version);
        answer["secrets"] =
            json::parse(secrets_for(layout, version.manifest(), node.components).reveal());
    }
    return answer.dump();
}

void leave(const Layout& layout, const std::string& peer, const std::string& body) {
    const json asked = json::parse(body);
    const NodeState own = load_node_state(layout);
    Store store(load_datasource(layout).value(), own.suite);
    store.transaction([&] {
        lock_lease(store.connection(), store.prefix()); // nobody decides by a row that goes
        if (asked.value("unless-busy", false)) {
            require_free_lease(store);
            require_no_operation(store);
        }
        if (const std::string installation = asked.value("installation", ""); installation.empty())
            Registry(store).remove_node(peer);
        else
            Registry(store).remove_node(peer, installation);
    });
}

namespace {

std::string ask_servers(const token::NetworkToken& token, const std::string& verb,
                        const JoinRequest& request, const std::string& greeting = "") {
    return any_server(token, [&](const Address& to) {
        return join_call(verb, token.ca_pin, to.host, to.port, [&](const std::string& channel) {
            return json{{"suite", request.suite},
                        {"node", json::parse(to_json(request.node))},
                        {"csr", request.csr_pem},
                        {"manifest", request.manifest},
                        {"greeting", greeting},
                        {"proof", token::join_proof(token.join_secret, channel, request.csr_pem)}}
                .dump();
        });
    });
}

} // namespace

Introduction ask_to_join(const token::NetworkToken& token, const JoinRequest& request,
                         const std::string& greeting) {
    return introduction_from_json(ask_servers(token, "may-join", request, greeting));
}

JoinAnswer join(const token::NetworkToken& token, const JoinRequest& request) {
    return join_answer_from_json(ask_servers(token, "join", request), request.node);
}

JoinAnswer join_answer_from_json(const std::string& text, const NodeRow& node) {
    const json answer = json::parse(text);
    JoinAnswer joined;
    joined.certificate_pem = answer.at("certificate");
    joined.ca_pem = answer.at("ca");
    joined.cluster_id = answer.at("cluster");
    joined.trial = answer.at("trial");
    if (node.has_role("server") ? !answer.contains("suite-seed") : !answer.contains("secrets"))
        throw Error("the server that admitted this node sent no secrets of the suite: it runs an "
                    "older Locum",
                    Kind::refused)
            .remedy("use the same Locum version on both hosts");
    if (answer.contains("ca-key")) {
        joined.ca_key_pem = engine::Secret(answer.at("ca-key").get<std::string>());
        joined.suite_seed =
            engine::Secret(platform::from_hex(answer.at("suite-seed").get<std::string>()));
    } else {
        joined.secrets = engine::Secret(answer.at("secrets").dump());
    }
    if (answer.contains("datasource")) {
        NamedDatasource named = named_datasource_from_json(answer.at("datasource").dump());
        joined.datasource = std::move(named.settings);
        joined.datasource_name = std::move(named.name);
    }
    return joined;
}

} // namespace locum::cluster
