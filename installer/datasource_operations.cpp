#include "installer/datasource_operations.hpp"

#include "cluster/datasources.hpp"
#include "cluster/installed.hpp"
#include "engine/failpoint.hpp"
#include "installer/config_files.hpp"
#include "installer/json_operation.hpp"
#include "platform/files.hpp"

namespace locum::installer {

using cluster::Calls;
using cluster::Node;
using nlohmann::json;

namespace {

json datasource(Node& node, const json&) {
    const cluster::NamedDatasource active = cluster::active_datasource(node.layout);
    return {{"name", active.name},
            {"fingerprint", cluster::fingerprint(node.layout, active.settings)}};
}

json use_datasource(Node& node, const json& parameters) {
    const std::string name = parameters.at("name");
    const cluster::NamedDatasource next = cluster::datasource_named(node.layout, name);
    const cluster::NodeState state = node.state();
    const cluster::InstalledVersion version(node.layout, state.version);
    const std::vector<BalancedNode> servers = balanced_from_json(parameters.at("servers").dump());
    for (const std::string& component : state.components)
        write_configs(
            render_configs(node.layout, state, version, component, next.settings, servers));
    engine::failpoint("agent/use-datasource/files");
    // Last: what is said to be active is then true of the files, too, whenever this process ends.
    const std::lock_guard lock(node.state_mutex);
    cluster::use_datasource(node.layout, name);
    return json::object();
}

} // namespace

cluster::NodeOperations datasource_operations() {
    return {{"datasource", operation(Calls::look, datasource)},
            {"use-datasource", operation(Calls::command, use_datasource)}};
}

} // namespace locum::installer
