#include "upgrade/datasource_facts.hpp"

#include "cluster/operations.hpp"
#include "cluster/registry.hpp"
#include "datasource/migration.hpp"
#include "engine/error.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::upgrade {

using engine::Error;
using engine::Kind;
using nlohmann::json;

namespace {

// The server's process and the database in it: a replica has another start, a copy another id.
constexpr std::string_view postgresql_identity =
    "SELECT (SELECT system_identifier FROM pg_control_system())::text || ' ' || "
    "pg_postmaster_start_time()::text || ' ' || "
    "(SELECT oid FROM pg_database WHERE datname = current_database())::text, "
    "pg_is_in_recovery()::text, current_setting('default_transaction_read_only')";

void look_at_server(datasource::Connection& connection, const datasource::Settings& settings,
                    ReachedDatabase& reached) {
    if (settings.kind == datasource::Kind::sqlite) {
        reached.identity = settings.file;
        return;
    }
    const datasource::Row row = connection.query(postgresql_identity).at(0);
    reached.identity = row[0].value_or("");
    if (row[1] != "false" || row[2] != "off") {
        reached.why_not =
            fmt::format("{}:{} is read-only: a replica, or made so", settings.host, settings.port);
        reached.remedy = "promote it, or name the one that can be written";
    }
}

void look_at_registry(const datasource::Settings& settings, const std::string& suite,
                      ReachedDatabase& reached) {
    cluster::Store store(settings, suite);
    if (!store.exists())
        return;
    cluster::Registry registry(store);
    reached.cluster = registry.fact(cluster::fact::cluster);
    reached.fence = registry.fact(cluster::fact::fence);
    reached.deactivated = registry.fact(cluster::fact::deactivated);
    if (const auto open = cluster::Operations(store).open())
        reached.operation = open->id;
}

} // namespace

ReachedDatabase reach_database(const datasource::Settings& settings, const std::string& suite,
                               const suite::Manifest& manifest) {
    ReachedDatabase reached;
    try {
        const auto engine = manifest.database.engines.find(settings.kind);
        if (engine == manifest.database.engines.end())
            throw Error(fmt::format("{} {} does not know the engine {}", manifest.title,
                                    manifest.version.text(), datasource::name(settings.kind)),
                        Kind::usage)
                .remedy("name another type");
        if (settings.kind == datasource::Kind::postgresql)
            datasource::connect(settings, settings.application);
        const auto connection = datasource::connect(settings, settings.locum);
        look_at_server(*connection, settings, reached);
        reached.schema =
            datasource::schema_version(*connection, engine->second.version).value_or("");
        look_at_registry(settings, suite, reached);
    } catch (const Error& error) {
        reached.why_not = error.one_line();
        reached.remedy = error.remedy();
    }
    return reached;
}

void require_fit(const cluster::NamedDatasource& datasource, const ReachedDatabase& reached,
                 const std::string& cluster, const suite::Manifest& manifest) {
    const std::string& name = datasource.name;
    const auto refuse = [](const std::string& what, const std::string& remedy) {
        throw Error(what, Kind::refused).remedy(remedy);
    };
    if (!reached.why_not.empty())
        refuse(fmt::format("datasource {}: {}", name, reached.why_not), reached.remedy);
    if (reached.cluster.empty())
        refuse(fmt::format("the database of {} holds no registry of this suite", name),
               "bring suite and registry there with the database's own tools while the servers are "
               "stopped, then again");
    if (reached.cluster != cluster)
        refuse(fmt::format("the database of {} is that of cluster {}; expected {}", name,
                           reached.cluster.substr(0, 12), cluster.substr(0, 12)),
               "name the right host and database: locum datasource edit " + name);
    if (!reached.operation.empty())
        throw Error(fmt::format("operation {} is open", reached.operation), Kind::busy)
            .remedy("end it first: locum upgrade resume, or locum upgrade rollback");
    if (!reached.fence.empty())
        refuse(fmt::format("the database of {} is fenced by {}", name, reached.fence),
               "locum upgrade status");
    if (reached.schema != manifest.schema)
        refuse(fmt::format("the database of {} has schema {}; expected {}, which version {} needs",
                           name, reached.schema.empty() ? "none" : reached.schema, manifest.schema,
                           manifest.version.text()),
               "name a database of the version that is installed");
}

std::vector<std::string> working_components(const cluster::NodeRow& node,
                                            const suite::Manifest& manifest) {
    std::vector<std::string> names;
    for (const std::string& name : node.components) {
        const suite::Component* component = manifest.component(name);
        if (component && component->role != suite::Role::balancer && manifest.has_life(name))
            names.push_back(name);
    }
    return names;
}

std::vector<ServerView> ask_servers(const std::vector<cluster::NodeRow>& nodes,
                                    const cluster::Peers& peers, const suite::Manifest& manifest) {
    std::vector<ServerView> servers;
    for (const cluster::NodeRow& row : nodes) {
        if (!row.has_role("server"))
            continue;
        ServerView view{row, std::nullopt, "", "", false};
        try {
            view.facts = installer::facts_from_json(peers.ask(cluster::address_of(row), "facts"));
            view.fingerprint = json::parse(peers.ask(cluster::address_of(row), "datasource"))
                                   .at("fingerprint")
                                   .get<std::string>();
            for (const std::string& component : working_components(row, manifest))
                view.runs = view.runs || !installer::none_runs(*view.facts, component);
        } catch (const Error& error) {
            view.facts.reset();
            view.unreachable = error.one_line();
        }
        servers.push_back(std::move(view));
    }
    return servers;
}

} // namespace locum::upgrade
