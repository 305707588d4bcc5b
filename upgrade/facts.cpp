#include "upgrade/facts.hpp"

#include "cluster/host_files.hpp"
#include "cluster/transport_client.hpp"
#include "datasource/backup.hpp"
#include "datasource/grants.hpp"
#include "datasource/size.hpp"

#include <nlohmann/json.hpp>

namespace locum::upgrade {

using nlohmann::json;

namespace {

NodeView view(const cluster::NodeRow& row, const cluster::Peers& peers) {
    NodeView node{row, std::nullopt, "", ""};
    try {
        node.facts = installer::facts_from_json(peers.ask(cluster::address_of(row), "facts"));
        for (const std::string& component : row.components) {
            const json answer = json::parse(peers.ask(cluster::address_of(row), "probe",
                                                      json{{"component", component}}.dump()));
            if (!answer.at("well").get<bool>() && node.unwell.empty())
                node.unwell = answer.at("why");
        }
    } catch (const engine::Error& error) {
        node.unreachable = error.one_line();
    }
    return node;
}

} // namespace

ClusterFacts gather(const Sources& from) {
    const datasource::Settings& settings = from.settings;
    ClusterFacts facts;
    cluster::Store store(settings, from.layout.suite);
    cluster::Registry registry(store);
    facts.version = registry.fact(cluster::fact::version);
    facts.manifest = registry.fact(cluster::fact::manifest);
    facts.kind = settings.kind;
    for (const cluster::NodeRow& row : registry.nodes())
        facts.nodes.push_back(view(row, from.peers));
    auto connection = datasource::connect(settings, settings.locum);
    facts.schema = datasource::schema_version(
                       *connection, from.current.database.engines.at(settings.kind).version)
                       .value_or("");
    facts.database_bytes = datasource::database_bytes(*connection, settings);
    const auto sqlite = from.to.database.engines.find(datasource::Kind::sqlite);
    const bool known = sqlite != from.to.database.engines.end();
    const bool ddl_given = known && !sqlite->second.copy_ddl.empty();
    facts.copy_obstacles =
        datasource::copy_obstacles(*connection, datasource::read_schema(*connection), ddl_given,
                                   known ? sqlite->second.encode : datasource::Encodings{});
    facts.coordinator = datasource::check_backup(settings, from.backup_folder);
    for (engine::Finding& finding : facts.coordinator)
        finding.may_be_ignored = finding.name == "backup-space";
    // Those of the other nodes are told when the bundle is unpacked there, before the first stop.
    const std::vector<std::string> components = cluster::load_node_state(from.layout).components;
    if (!cluster::host_files_kept(from.to, from.layout, components))
        for (engine::Finding& finding : cluster::check_host_files(from.to, components))
            facts.coordinator.push_back(std::move(finding));
    if (settings.kind != datasource::Kind::sqlite)
        for (engine::Finding& finding : datasource::check_grants(settings))
            facts.coordinator.push_back(std::move(finding));
    return facts;
}

bool brings_agent(const suite::Manifest& manifest, const NodeView& node) {
    return manifest.program && node.facts && node.facts->program &&
           manifest.program->files.contains(node.facts->program->system);
}

std::vector<std::string> servers_of(const ClusterFacts& facts) {
    std::vector<std::string> names;
    for (const NodeView& node : facts.nodes)
        if (node.row.has_role("server"))
            names.push_back(node.row.name);
    return names;
}

} // namespace locum::upgrade
