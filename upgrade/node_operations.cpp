#include "upgrade/node_operations.hpp"

#include "cluster/installed.hpp"
#include "datasource/copy.hpp"
#include "datasource/guard.hpp"
#include "engine/error.hpp"
#include "installer/migrating.hpp"
#include "platform/files.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::upgrade {

using cluster::Node;
using cluster::NodeCommand;
using cluster::NodeState;
using nlohmann::json;

namespace {

std::string copy(Node& node, const NodeCommand& command, engine::Reporter& reporter) {
    const json parameters = json::parse(command.parameters);
    const cluster::InstalledVersion version(node.layout, parameters.at("version"));
    const suite::Manifest& manifest = version.manifest();
    const suite::Engine& engine = manifest.database.engines.at(datasource::Kind::sqlite);
    const NodeState before = node.state();
    const std::optional<datasource::Settings> settings = cluster::load_datasource(node.layout);

    datasource::CopyRequest request;
    request.source = settings.value();
    request.target = before.data_folder + "/copy/" + command.operation + ".sqlite";
    request.step_id = before.name + "/copy";
    if (!engine.copy_ddl.empty())
        request.ddl = version.text(engine.copy_ddl);
    request.encode = engine.encode;
    platform::make_own_folder(platform::parent_of(request.target), 0700);
    // Of an earlier upgrade, or of an attempt that was taken back.
    if (before.copy && before.mode == cluster::Mode::normal)
        datasource::remove_copy(before.copy->file);
    datasource::remove_copy(request.target);
    const datasource::CopyResult result = datasource::copy(request, reporter);

    const std::set<std::string> node_local(manifest.database.node_local.begin(),
                                           manifest.database.node_local.end());
    datasource::Settings copied;
    copied.file = request.target;
    try {
        auto connection = datasource::connect_file(request.target, {});
        const std::string from =
            datasource::schema_version(*connection, engine.version).value_or("");
        if (from != manifest.schema)
            datasource::migrate(
                *connection, datasource::path(engine.migrations, from, manifest.schema),
                engine.version, {},
                {installer::migration_command(node.layout, before, manifest, copied), nullptr});
        datasource::guard(*connection, node_local);
    } catch (const engine::Error&) {
        datasource::remove_copy(request.target); // whatever a command has made of it
        throw;
    }
    node.change([&](NodeState& state) {
        state.copy = cluster::NodeCopy{request.target, result.snapshot_ms, command.operation,
                                       manifest.schema};
    });
    std::int64_t rows = 0;
    for (const datasource::CopiedTable& table : result.tables)
        rows += table.rows;
    return json{{"rows", rows}, {"tables", result.tables.size()}, {"bytes", result.bytes}}.dump();
}

std::string forget_copy(Node& node, const NodeCommand&, engine::Reporter&) {
    const NodeState state = node.state();
    if (state.mode == cluster::Mode::update)
        throw engine::Error(
            fmt::format("{} works on its copy, so the copy cannot be removed", state.name),
            engine::Kind::refused)
            .remedy("locum upgrade rollback, or locum upgrade resume");
    if (state.copy)
        datasource::remove_copy(state.copy->file);
    node.change([](NodeState& edited) { edited.copy.reset(); });
    return "{}";
}

} // namespace

cluster::NodeOperations node_operations() {
    return {{"copy", {cluster::Calls::command, copy}},
            {"forget-copy", {cluster::Calls::command, forget_copy}}};
}

} // namespace locum::upgrade
