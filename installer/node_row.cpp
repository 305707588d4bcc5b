#include "installer/node_row.hpp"

#include "engine/error.hpp"
#include "installer/rendering.hpp"
#include "platform/hash.hpp"

namespace locum::installer {

cluster::NodeState node_state(const Installation& installation, const std::string& cluster_id,
                              bool trial) {
    const Answers& answers = installation.answers;
    cluster::NodeState state;
    state.suite = installation.layout.suite;
    state.cluster_id = cluster_id;
    state.name = answers.node_name;
    state.installation_id = platform::hex(platform::random_bytes(16));
    state.address = answers.address;
    state.agent_port = answers.agent_port;
    state.components = answers.components;
    state.ports = ports_of(installation.manifest(), answers.components, answers.ports);
    state.services = answers.services;
    state.data_folder = installation.facts.data_folder;
    state.run_folder = installation.facts.run_folder;
    state.bundle_key = installation.answers.trusted_key;
    state.trial = trial;
    state.version = installation.manifest().version.text();
    return state;
}

cluster::NodeRow node_row(const Installation& installation, const cluster::NodeState& state) {
    return row_of(installation.manifest(), state, installation.facts.machine);
}

cluster::NodeRow row_of(const suite::Manifest& manifest, const cluster::NodeState& state,
                        const std::string& machine) {
    cluster::NodeRow row;
    row.name = state.name;
    row.installation = state.installation_id;
    row.machine = machine;
    row.address = state.address;
    row.agent_port = state.agent_port;
    row.roles = roles_of(manifest, state.components);
    row.components = state.components;
    row.ports = state.ports;
    for (const std::string& component : state.components)
        row.versions[component] = state.version;
    return row;
}

datasource::Settings datasource_of(const Installation& installation) {
    if (installation.facts.datasource)
        return *installation.facts.datasource;
    std::optional<datasource::Settings> settings = cluster::load_datasource(installation.layout);
    if (!settings)
        throw engine::Error("this node holds no datasource settings", engine::Kind::needs_attention)
            .remedy("locum status");
    return *settings;
}

} // namespace locum::installer
