#include "upgrade/datasource_facts.hpp"

#include "cluster/operations.hpp"
#include "cluster/registry.hpp"
#include "cluster/transport_client.hpp"
#include "datasource/grants.hpp"
#include "datasource/identity.hpp"
#include "datasource/migration.hpp"
#include "engine/error.hpp"
#include "suite/systems.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::upgrade {

using engine::Error;
using engine::Kind;
using nlohmann::json;

namespace {

// What a session of the account begins with; Locum's own sessions set it themselves.
constexpr std::string_view write_state =
    "SELECT pg_is_in_recovery()::text, (SELECT reset_val FROM pg_settings WHERE name = "
    "'default_transaction_read_only')";

void require_writeable(datasource::Connection& connection, const datasource::Settings& settings,
                       const std::string& user) {
    const datasource::Row row = connection.query(write_state).at(0);
    if (row[0] != "false")
        throw Error(fmt::format("{} is read-only: a replica", datasource::place(settings)))
            .remedy("promote it, or name the one that can be written");
    if (row[1] != "off")
        throw Error(
            fmt::format("{} is read-only for account {}", datasource::place(settings), user))
            .remedy(fmt::format("ALTER ROLE {} RESET default_transaction_read_only; and the same "
                                "of the database and of the server, where it is set there",
                                datasource::quoted(user)));
}

void look_at_registry(const datasource::Settings& settings, const std::string& suite,
                      ReachedDatabase& reached) {
    cluster::Store store(settings, suite);
    if (!store.exists())
        return;
    cluster::Registry registry(store);
    reached.cluster = registry.fact(cluster::fact::cluster);
    reached.version = registry.fact(cluster::fact::version);
    reached.fence = registry.fact(cluster::fact::fence);
    reached.deactivated = registry.fact(cluster::fact::deactivated);
    reached.nodes = registry.nodes();
    if (const auto open = cluster::Operations(store).open())
        reached.operation = open->id;
}

// By Locum's account alone: what can be told also where the application's password is another.
std::unique_ptr<datasource::Connection> look(const datasource::Settings& settings,
                                             const std::string& suite,
                                             const suite::Manifest& manifest,
                                             ReachedDatabase& reached) {
    const auto engine = manifest.database.engines.find(settings.kind);
    if (engine == manifest.database.engines.end())
        throw Error(fmt::format("{} {} does not know the engine {}", manifest.title,
                                manifest.version.text(), datasource::name(settings.kind)),
                    Kind::usage)
            .remedy("name another type");
    auto connection = datasource::connect(settings, settings.locum);
    reached.identity = datasource::identity(*connection, settings);
    reached.schema = datasource::schema_version(*connection, engine->second.version).value_or("");
    look_at_registry(settings, suite, reached);
    return connection;
}

// Both accounts, as the servers and Locum will use them.
void look_at_accounts(datasource::Connection& locum, const datasource::Settings& settings,
                      ReachedDatabase& reached) {
    if (settings.kind != datasource::Kind::postgresql)
        return;
    require_writeable(locum, settings, settings.locum.user);
    if (!reached.fence.empty())
        return; // the application is shut out
    const auto application = datasource::connect(settings, settings.application);
    require_writeable(*application, settings, settings.application.user);
    for (const auto& findings : {datasource::check_grants(settings),
                                 datasource::check_application_rights(locum, settings)})
        for (const engine::Finding& finding : findings)
            if (finding.severity == engine::Severity::error)
                reached.lacks.push_back(finding);
}

} // namespace

ReachedDatabase reach_database(const datasource::Settings& settings, const std::string& suite,
                               const suite::Manifest& manifest) {
    ReachedDatabase reached;
    try {
        std::unique_ptr<datasource::Connection> locum;
        try {
            locum = look(settings, suite, manifest, reached);
        } catch (const Error& error) {
            reached.unreachable = error.one_line();
            throw;
        }
        look_at_accounts(*locum, settings, reached);
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
        throw Error(
            fmt::format("in the database of {}, operation {} is open", name, reached.operation),
            Kind::busy)
            .remedy("end it first: locum upgrade resume, or locum upgrade rollback; where it is "
                    "a dump: make it anew when no operation is open");
    if (!reached.fence.empty())
        refuse(fmt::format("the database of {} is fenced by {}", name, reached.fence),
               "locum upgrade status");
    if (reached.schema != manifest.schema)
        refuse(fmt::format("the database of {} has schema {}; expected {}, which version {} needs",
                           name, reached.schema.empty() ? "none" : reached.schema, manifest.schema,
                           manifest.version.text()),
               "name a database of the version that is installed");
    if (reached.version != manifest.version.text())
        refuse(fmt::format("the database of {} is of version {}; expected {}, which is installed",
                           name, reached.version, manifest.version.text()),
               "name a database of the version that is installed");
    engine::require_no_errors(reached.lacks);
}

std::vector<std::string> working_components(const cluster::NodeRow& node,
                                            const suite::Manifest& manifest) {
    std::vector<std::string> names;
    for (const std::string& name : node.components) {
        const suite::Component* component = manifest.component(name);
        if (component && component->role != suite::Role::balancer &&
            suite::whole_of(manifest).has_life(name))
            names.push_back(name);
    }
    return names;
}

namespace {

void ask(ServerView& view, const cluster::Peers& peers, const suite::Manifest& manifest) {
    const cluster::Address agent = cluster::address_of(view.row);
    view.facts = installer::facts_from_json(peers.ask(agent, "facts"));
    const json active = json::parse(peers.ask(agent, "datasource"));
    view.datasource = active.at("name");
    view.fingerprint = active.at("fingerprint");
    view.place = active.at("place");
    view.identity = active.at("identity");
    view.epoch = active.at("epoch");
    view.changing = !active.value("change", "").empty();
    view.serves = true;
    for (const std::string& component : working_components(view.row, manifest)) {
        view.runs = view.runs || !installer::none_runs(*view.facts, component);
        view.serves = view.serves &&
                      installer::all_run(*view.facts,
                                         installer::services_on(*view.facts, manifest, component),
                                         manifest.version.text()) &&
                      json::parse(peers.ask(agent, "probe", json{{"component", component}}.dump()))
                          .at("well")
                          .get<bool>();
    }
}

} // namespace

std::vector<ServerView> ask_servers(const std::vector<cluster::NodeRow>& nodes,
                                    const cluster::Peers& peers, const suite::Manifest& manifest) {
    std::vector<ServerView> servers;
    for (const cluster::NodeRow& row : nodes) {
        if (!row.has_role("server"))
            continue;
        ServerView view;
        view.row = row;
        try {
            ask(view, peers, manifest);
        } catch (const cluster::Unreachable& error) {
            view.facts.reset();
            view.unreachable = error.one_line();
        } catch (Error& error) {
            throw std::move(error).during("asking " + row.name);
        }
        servers.push_back(std::move(view));
    }
    return servers;
}

bool balancers_run(const std::vector<cluster::NodeRow>& nodes, const cluster::Peers& peers,
                   const suite::Manifest& manifest) {
    if (!manifest.balancing)
        return false;
    const std::string& balancer = manifest.balancing->component;
    return std::any_of(nodes.begin(), nodes.end(), [&](const cluster::NodeRow& row) {
        if (!row.has(balancer))
            return false;
        try {
            return !installer::none_runs(
                installer::facts_from_json(peers.ask(cluster::address_of(row), "facts")), balancer);
        } catch (const cluster::Unreachable&) {
            return true;
        }
    });
}

} // namespace locum::upgrade
