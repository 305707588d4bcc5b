#include "installer/datasource_operations.hpp"

#include "cluster/datasources.hpp"
#include "cluster/installed.hpp"
#include "datasource/identity.hpp"
#include "engine/error.hpp"
#include "engine/failpoint.hpp"
#include "installer/config_files.hpp"
#include "installer/json_operation.hpp"
#include "platform/files.hpp"

#include <fmt/format.h>

namespace locum::installer {

using cluster::Calls;
using cluster::Node;
using engine::Error;
using nlohmann::json;

namespace {

// "" where it is away, or does not let Locum in.
std::string identity_of(const datasource::Settings& settings) {
    try {
        return datasource::identity(*datasource::connect(settings, settings.locum), settings);
    } catch (const Error&) {
        return "";
    }
}

json datasource(Node& node, std::uint64_t greatest_epoch) {
    const cluster::NamedDatasource active = cluster::active_datasource(node.layout);
    return {{"name", active.name},
            {"fingerprint", cluster::fingerprint(node.layout, active.settings)},
            {"place", datasource::place(active.settings)},
            {"identity", identity_of(active.settings)},
            {"change", cluster::change_under_way(node.layout)},
            {"epoch", greatest_epoch}};
}

// What runs would go on with the settings that it was started with, and be taken for one that works
// on the others.
void require_stopped(Node& node, const suite::Manifest& manifest) {
    for (const cluster::ServiceState& service : node.services.states()) {
        const suite::Component* component = manifest.component(service.spec.component);
        if (service.status == cluster::ServiceStatus::stopped ||
            (component && component->role == suite::Role::balancer))
            continue;
        const std::string name = node.state().name;
        throw Error(fmt::format("{} of {} is {}, and its settings are not changed under it",
                                service.spec.name, name, cluster::name(service.status)),
                    engine::Kind::refused)
            .remedy(fmt::format("locum node stop {}, then again", name));
    }
}

json use_datasource(Node& node, const json& parameters) {
    const std::string name = parameters.at("name");
    const cluster::NamedDatasource next = cluster::datasource_named(node.layout, name);
    const cluster::NamedDatasource before = cluster::active_datasource(node.layout);
    const cluster::NodeState state = node.state();
    const cluster::InstalledVersion version(node.layout, state.version);
    const suite::Manifest manifest = version.manifest();
    const std::vector<BalancedNode> servers = balanced_from_json(parameters.at("servers").dump());
    const auto write = [&](const datasource::Settings& settings) {
        for (const std::string& component : state.components)
            write_configs(
                render_configs(node.layout, state, version, component, settings, servers));
    };
    require_stopped(node, manifest);
    cluster::begin_change(node.layout, name);
    try {
        write(next.settings);
        engine::failpoint("agent/use-datasource/files");
        require_stopped(node, manifest); // somebody may have started it before they were written
    } catch (const Error&) {
        write(before.settings);
        cluster::end_change(node.layout);
        throw;
    }
    // Last: what is said to be active is then true of the files, too, whenever this process ends.
    const std::lock_guard lock(node.state_mutex);
    cluster::use_datasource(node.layout, name);
    return json::object();
}

} // namespace

cluster::NodeOperations datasource_operations() {
    return {
        {"datasource",
         {Calls::look, [](Node& node, const cluster::NodeCommand& question,
                          engine::Reporter&) { return datasource(node, question.epoch).dump(); }}},
        {"use-datasource", operation(Calls::command, use_datasource)}};
}

} // namespace locum::installer
