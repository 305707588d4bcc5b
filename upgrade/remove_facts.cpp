#include "upgrade/remove_facts.hpp"

#include "cluster/installed.hpp"
#include "cluster/peers.hpp"
#include "cluster/transport_client.hpp"
#include "datasource/fence.hpp"
#include "engine/error.hpp"
#include "installer/rendering.hpp"
#include "upgrade/session.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <future>
#include <nlohmann/json.hpp>

namespace locum::upgrade {

using cluster::NodeRow;
using cluster::Reach;
using engine::Error;
using nlohmann::json;

namespace {

// What every witness is asked with.
struct Asking {
    const cluster::Layout& layout;
    const cluster::Peers& peers;
    const RemovalFacts& facts;
    std::vector<Reach> ways;
    json servers;            // as balancers know them
    std::string own_address; // of this node, as the database sees it
};

std::vector<Reach> reached_by(const std::vector<Reach>& ways,
                              const std::vector<cluster::Unreached>& failed) {
    std::vector<Reach> reached = ways;
    std::erase_if(reached, [&](const Reach& way) {
        return std::any_of(failed.begin(), failed.end(),
                           [&](const cluster::Unreached& one) { return one.to == way; });
    });
    return reached;
}

void try_to_connect(const Asking& asking, Witness& witness) {
    if (witness.row.name == asking.facts.own) {
        witness.reached = reached_by(asking.ways, cluster::unreached(asking.ways));
        return;
    }
    try {
        const json to = json::parse(cluster::to_json(asking.ways));
        witness.reached = reached_by(
            asking.ways, cluster::unreached_from_json(asking.peers.ask(
                             cluster::address_of(witness.row), "reach", json{{"to", to}}.dump())));
    } catch (const cluster::Unreachable& error) {
        witness.silent = error.one_line();
    } catch (const Error& error) {
        witness.cannot_tell = error.one_line();
    }
}

void ask_balancer(const Asking& asking, Witness& witness) {
    const auto& balancing = asking.facts.manifest.balancing;
    if (!balancing || !witness.row.has(balancing->component) ||
        !asking.facts.row->has(balancing->server))
        return;
    witness.balancer_silent = witness.silent;
    if (!witness.silent.empty())
        return;
    try {
        const json told = json::parse(asking.peers.ask(
            cluster::address_of(witness.row), "balancer",
            json{{"server", asking.facts.node}, {"servers", asking.servers}}.dump()));
        witness.in_balancer = {told.at("in_rotation"), told.at("idle"), told.at("says")};
    } catch (const Error& error) {
        witness.balancer_silent = error.one_line();
    }
}

// Where it is not told, the registered address counts: of an older agent, of one that is away, and
// of one that does not reach the database itself.
void ask_address(const Asking& asking, Witness& witness) {
    if (asking.facts.kind == datasource::Kind::sqlite || !witness.row.has_role("server"))
        return;
    witness.database_address = cluster::plain_address(witness.row.address);
    if (witness.row.name == asking.facts.own)
        witness.database_address = asking.own_address;
    else if (witness.silent.empty())
        try {
            witness.database_address =
                json::parse(asking.peers.ask(cluster::address_of(witness.row), "database"))
                    .at("address");
        } catch (const Error&) {
            // As above.
        }
}

void ask(const Asking& asking, Witness& witness) {
    try_to_connect(asking, witness);
    ask_balancer(asking, witness);
    ask_address(asking, witness);
}

void ask_itself(const cluster::Peers& peers, RemovalFacts& facts) {
    try {
        facts.facts =
            installer::facts_from_json(peers.ask(cluster::address_of(*facts.row), "facts"));
    } catch (const Error& error) {
        facts.silent = error.one_line();
    }
}

// Each account sees where its own sessions come from, and nobody else's.
void list_sessions(const datasource::Settings& settings, RemovalFacts& facts) {
    if (settings.kind == datasource::Kind::sqlite)
        return;
    const auto locum = datasource::connect(settings, settings.locum);
    const std::string address = cluster::plain_address(facts.row->address);
    for (datasource::ClientSession& session : datasource::client_sessions(*locum))
        if (session.address == address && !facts.facts) // an agent that answers has its own
            facts.sessions.push_back(std::move(session));
    try {
        const auto application = datasource::connect(settings, settings.application);
        for (datasource::ClientSession& session : datasource::client_sessions(*application))
            facts.sessions.push_back(std::move(session));
    } catch (const Error& error) {
        // While it is shut out nobody comes in by it, so none is left where none is to be seen.
        if (!datasource::fenced(*locum, settings) ||
            !datasource::occupants(*locum, settings).empty())
            facts.sessions_unknown = error.one_line();
    }
}

std::optional<NodeRow> row_of(const std::vector<NodeRow>& rows, const std::string& node) {
    for (const NodeRow& row : rows)
        if (row.name == node)
            return row;
    return std::nullopt;
}

} // namespace

std::vector<NodeRow> RemovalFacts::others() const {
    std::vector<NodeRow> rows;
    for (const Witness& witness : witnesses)
        rows.push_back(witness.row);
    return rows;
}

std::vector<Reach> ways_to(const NodeRow& node, const suite::Manifest& manifest) {
    std::vector<Reach> ways{{"its agent", cluster::endpoint(node.address, node.agent_port)}};
    for (const suite::Port& port : manifest.ports) {
        const auto number = node.ports.find(port.name);
        if (port.tcp && node.has(port.component) && number != node.ports.end())
            ways.push_back(
                {"its port " + port.name, cluster::endpoint(node.address, number->second)});
    }
    return ways;
}

RemovalFacts removal_facts(const cluster::Layout& layout, const std::string& node) {
    Session session(layout);
    cluster::Registry registry(session.store());
    const cluster::NodeState own = cluster::load_node_state(layout);
    RemovalFacts facts;
    facts.suite = layout.suite;
    facts.manifest = cluster::InstalledVersion(layout, own.version).manifest();
    facts.own = own.name;
    facts.node = node;
    facts.kind = session.settings().kind;
    facts.open = session.open_operation();
    const std::vector<NodeRow> rows = registry.nodes();
    facts.row = row_of(rows, node);
    if (!facts.row && !cluster::was_admitted(session.store(), node))
        registry.node(node); // says which there are
    for (const NodeRow& row : rows)
        if (row.name != node)
            facts.witnesses.push_back({row, "", ""});
    if (!facts.row || node == own.name)
        return facts;

    const Asking asking{layout,
                        session.peers(),
                        facts,
                        ways_to(*facts.row, facts.manifest),
                        json::parse(installer::to_json(installer::balanced(rows, facts.manifest))),
                        datasource::seen_address(session.store().connection())};
    std::vector<std::future<void>> asked;
    for (Witness& witness : facts.witnesses)
        asked.push_back(
            std::async(std::launch::async, [&asking, &witness] { ask(asking, witness); }));
    ask_itself(session.peers(), facts);
    for (std::future<void>& one : asked)
        one.get();
    list_sessions(session.settings(), facts);
    const std::int64_t seen_ms = row_of(registry.nodes(), node).value_or(*facts.row).seen_ms;
    facts.reported = seen_ms > facts.row->seen_ms;
    facts.silent_ms = registry.now_ms() - seen_ms;
    return facts;
}

} // namespace locum::upgrade
