#include "cluster/start_gate.hpp"

#include "cluster/datasources.hpp"
#include "cluster/departure.hpp"
#include "cluster/installed.hpp"
#include "cluster/operations.hpp"
#include "cluster/registry.hpp"
#include "cluster/service_units.hpp"
#include "datasource/migration.hpp"
#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::cluster {

namespace {

// On its own schema, or on another one by the vendor's word: its own manifest's of older schemas,
// the newer version's, which the registry has, of newer ones.
bool works_on(const suite::Manifest& manifest, const std::string& schema,
              const std::string& bears) {
    const bool older = manifest.new_binary_on_old_schema == suite::Compatibility::works &&
                       std::find(manifest.upgrades_from.begin(), manifest.upgrades_from.end(),
                                 schema) != manifest.upgrades_from.end();
    return schema == manifest.schema || older || bears == manifest.version.text() + " " + schema;
}

// Asks the database. nullopt: the service may start.
std::optional<std::string> ask_database(const NodeState& state, const suite::Manifest& manifest,
                                        const datasource::Settings& settings) {
    Store store(settings, state.suite);
    Registry registry(store);
    const std::vector<NodeRow> nodes = registry.nodes();
    if (std::none_of(nodes.begin(), nodes.end(), [&](const NodeRow& node) {
            return node.installation == state.installation_id;
        }))
        return fmt::format("{} is not registered in the cluster any more", state.name);
    if (std::string fence = registry.fact(fact::fence); !fence.empty())
        return fmt::format("operation {} fences the productive database", fence);
    if (std::string name = registry.fact(fact::deactivated); !name.empty())
        return fmt::format("the datasource {0} is deactivated; locum datasource activate {0}",
                           name);
    std::unique_ptr<datasource::Connection> connection =
        datasource::connect(settings, settings.locum);
    std::optional<std::string> schema = datasource::schema_version(
        *connection, manifest.database.engines.at(settings.kind).version);
    if (!schema || !works_on(manifest, *schema, registry.fact(fact::bears)))
        return fmt::format("the productive database has schema {}, version {} needs {}",
                           schema.value_or("none"), manifest.version.text(), manifest.schema);
    return std::nullopt;
}

} // namespace

StartGate start_gate(const Layout& layout) {
    return [layout](const ServiceSpec& spec) -> std::optional<std::string> {
        const NodeState state = load_node_state(layout);
        const std::string allowed = layout.state_file("allowed-" + spec.name);
        if (known_as_removed(layout, state)) {
            platform::remove_all(allowed);
            return fmt::format("{} was removed from its cluster: {}", state.name, way_back(layout));
        }
        const InstalledVersion installed(layout, spec.version);
        const suite::Component* component = installed.manifest().component(spec.component);
        if (!component || component->role != suite::Role::server)
            return std::nullopt;
        if (state.mode == Mode::update) {
            // While a copy stands in for this node, its server belongs on it and nowhere else.
            if (!state.copy || state.copy->schema != installed.manifest().schema)
                return fmt::format("the copy has schema {}, version {} needs {}",
                                   state.copy ? state.copy->schema : "none", spec.version,
                                   installed.manifest().schema);
            return std::nullopt;
        }
        const std::optional<datasource::Settings> settings = load_datasource(layout);
        if (!settings)
            return "this node has no datasource settings";
        if (const std::string name = change_under_way(layout); !name.empty())
            return fmt::format("it was being configured for the datasource {0} when that was cut "
                               "off; locum datasource activate {0}, or the one before",
                               name);
        // Not across a boot: the cluster may have gone on without this host.
        const std::string line = spec.version + " " + platform::boot_id() + "\n";
        try {
            std::optional<std::string> reason =
                ask_database(state, installed.manifest(), *settings);
            if (reason)
                platform::remove_all(allowed);
            else if (!platform::exists(allowed) || platform::read_file(allowed) != line)
                platform::write_file(allowed, line, 0600);
            return reason;
        } catch (const engine::Error& error) {
            if (platform::exists(allowed) && platform::read_file(allowed) == line)
                return std::nullopt;
            return "the productive database cannot be asked: " + error.one_line();
        }
    };
}

void require_may_start(const Layout& layout, const std::string& service) {
    const std::string folder = services_folder(layout);
    std::string why;
    bool known = false;
    try {
        for (const ServiceRecord& record : load_services(folder)) {
            if (record.spec.name != service)
                continue;
            known = true;
            // What was stopped in an orderly way is not what may run while the database is away.
            if (!record.wanted)
                platform::remove_all(layout.state_file("allowed-" + service));
            why = start_gate(layout)(record.spec).value_or("");
        }
    } catch (const std::exception& error) {
        why = std::string("whether it may start cannot be told: ") + error.what();
        known = true;
    }
    if (!known)
        throw engine::Error(fmt::format("this node has no service {}", service),
                            engine::Kind::usage)
            .remedy("see which there are: locum status");
    note_held(folder, service, why);
    if (!why.empty())
        throw engine::Error(fmt::format("{} may not start: {}", service, why),
                            engine::Kind::refused)
            .remedy("locum upgrade resume, if an upgrade is open; else see locum status");
}

} // namespace locum::cluster
