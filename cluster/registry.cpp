#include "cluster/registry.hpp"

#include "engine/contains.hpp"
#include "engine/error.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::cluster {

using engine::contains;
using nlohmann::json;

namespace {

constexpr std::string_view columns =
    "name, installation, machine, address, agent_port, roles, components, ports, "
    "versions, mode, out, process, services, joined_ms, seen_ms";

template <class T>
T parsed(const datasource::Field& field) {
    return json::parse(field.value()).get<T>();
}

NodeRow from(const datasource::Row& row) {
    NodeRow node;
    node.name = row[0].value();
    node.installation = row[1].value();
    node.machine = row[2].value();
    node.address = row[3].value();
    node.agent_port = static_cast<std::uint16_t>(std::stoul(row[4].value()));
    node.roles = parsed<std::vector<std::string>>(row[5]);
    node.components = parsed<std::vector<std::string>>(row[6]);
    node.ports = parsed<std::map<std::string, std::uint16_t>>(row[7]);
    node.versions = parsed<std::map<std::string, std::string>>(row[8]);
    node.mode = row[9].value() == "update" ? Mode::update : Mode::normal;
    node.out = row[10].value() != "0";
    node.process = std::stoll(row[11].value());
    node.services = parsed<std::map<std::string, std::string>>(row[12]);
    node.joined_ms = std::stoll(row[13].value());
    node.seen_ms = std::stoll(row[14].value());
    return node;
}

} // namespace

std::string to_json(const NodeRow& node) {
    return json{{"name", node.name},
                {"installation", node.installation},
                {"machine", node.machine},
                {"address", node.address},
                {"agent-port", node.agent_port},
                {"roles", node.roles},
                {"components", node.components},
                {"ports", node.ports},
                {"versions", node.versions},
                {"mode", name(node.mode)},
                {"out", node.out}}
        .dump();
}

NodeRow node_from_json(const std::string& text) {
    const json value = json::parse(text);
    NodeRow node;
    node.name = value.at("name");
    node.installation = value.at("installation");
    node.machine = value.at("machine");
    node.address = value.at("address");
    node.agent_port = value.at("agent-port");
    node.roles = value.at("roles").get<std::vector<std::string>>();
    node.components = value.at("components").get<std::vector<std::string>>();
    node.ports = value.at("ports").get<std::map<std::string, std::uint16_t>>();
    node.versions = value.at("versions").get<std::map<std::string, std::string>>();
    node.mode = value.at("mode") == "update" ? Mode::update : Mode::normal;
    node.out = value.at("out");
    return node;
}

bool NodeRow::has_role(std::string_view role) const {
    return contains(roles, role);
}

bool NodeRow::has(std::string_view component) const {
    return contains(components, component);
}

std::string Registry::fact(std::string_view name) {
    datasource::Rows rows =
        store_.query("SELECT value FROM {r}fact WHERE name = $1", {std::string(name)});
    return rows.empty() ? "" : rows[0][0].value_or("");
}

void Registry::set_fact(std::string_view name, std::string_view value) {
    store_.execute("INSERT INTO {r}fact (name, value) VALUES ($1, $2) "
                   "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                   {std::string(name), std::string(value)});
}

std::vector<NodeRow> Registry::nodes() {
    std::vector<NodeRow> nodes;
    for (const datasource::Row& row :
         store_.query(fmt::format("SELECT {} FROM {{r}}node ORDER BY joined_ms, name", columns)))
        nodes.push_back(from(row));
    return nodes;
}

NodeRow Registry::node(std::string_view name) {
    std::string known;
    for (NodeRow& node : nodes()) {
        if (node.name == name)
            return node;
        known += (known.empty() ? "" : ", ") + node.name;
    }
    throw engine::Error(fmt::format("no node '{}' is registered; there are: {}", name, known),
                        engine::Kind::usage)
        .remedy("locum node list");
}

void Registry::add_node(const NodeRow& node) {
    // One moment for both: until its agent reports, a node was last seen when it joined.
    const std::int64_t now = now_ms();
    const std::int64_t added = store_.execute(
        fmt::format("INSERT INTO {{r}}node ({}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
                    "$11, $12, $13, $14, $14) ON CONFLICT DO NOTHING",
                    columns),
        {node.name, node.installation, node.machine, node.address, std::int64_t{node.agent_port},
         json(node.roles).dump(), json(node.components).dump(), json(node.ports).dump(),
         json(node.versions).dump(), std::string(name(node.mode)), std::int64_t{node.out},
         node.process, json(node.services).dump(), now});
    if (added == 0)
        require_free(*this, node);
}

void require_free(Registry& registry, const NodeRow& node) {
    for (const NodeRow& other : registry.nodes()) {
        const bool same_name = other.name == node.name;
        if (same_name == (other.installation == node.installation))
            continue;
        throw engine::Error(
            same_name
                ? fmt::format("a node '{}' is registered already, at {}", node.name, other.address)
                : fmt::format("this installation is registered already, as node '{}'", other.name),
            engine::Kind::refused)
            .remedy(fmt::format("choose another name, or remove the old one: locum node remove {}",
                                other.name));
    }
}

void Registry::remove_node(std::string_view name) {
    store_.execute("DELETE FROM {r}node WHERE name = $1", {std::string(name)});
}

void Registry::remove_node(std::string_view name, std::string_view installation) {
    store_.execute("DELETE FROM {r}node WHERE name = $1 AND installation = $2",
                   {std::string(name), std::string(installation)});
}

void Registry::change_selection(const NodeRow& node) {
    if (store_.execute("UPDATE {r}node SET roles = $3, components = $4, ports = $5, versions = $6 "
                       "WHERE name = $1 AND installation = $2",
                       {node.name, node.installation, json(node.roles).dump(),
                        json(node.components).dump(), json(node.ports).dump(),
                        json(node.versions).dump()}) != 1)
        throw engine::Error(fmt::format("{} is not registered with this installation", node.name),
                            engine::Kind::refused)
            .remedy("see who is: locum node list");
}

void Registry::set_mode(std::string_view node, Mode mode) {
    store_.execute("UPDATE {r}node SET mode = $2 WHERE name = $1",
                   {std::string(node), std::string(name(mode))});
}

void Registry::set_out(std::string_view node, bool out) {
    store_.execute("UPDATE {r}node SET out = $2 WHERE name = $1",
                   {std::string(node), std::int64_t{out}});
}

bool Registry::report(const NodeRow& node) {
    return store_.execute(
               "UPDATE {r}node SET process = $2, services = $3, versions = $4, seen_ms = {now} "
               "WHERE name = $1 AND installation = $5",
               {node.name, node.process, json(node.services).dump(), json(node.versions).dump(),
                node.installation}) == 1;
}

void Registry::add_admission(std::string_view node, std::string_view by,
                             std::string_view certificate) {
    store_.execute("INSERT INTO {r}admission (node, admitted_by, certificate, at_ms) VALUES ($1, "
                   "$2, $3, {now})",
                   {std::string(node), std::string(by), std::string(certificate)});
}

std::int64_t Registry::now_ms() {
    return std::stoll(store_.query("SELECT {now}")[0][0].value());
}

bool was_admitted(Store& store, std::string_view node) {
    // The cluster's first node was admitted by nobody, and admitted the second one.
    return !store
                .query("SELECT 1 FROM {r}admission WHERE node = $1 OR admitted_by = $1",
                       {std::string(node)})
                .empty();
}

} // namespace locum::cluster
