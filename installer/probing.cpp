#include "installer/probing.hpp"

#include "cluster/installed.hpp"
#include "cluster/operations.hpp"
#include "engine/error.hpp"
#include "installer/rendering.hpp"

#include <fmt/format.h>

namespace locum::installer {

namespace {

// An open file would count as an occupant, and on an embedded database only the registry knows the
// fence. On PostgreSQL the account cannot connect then.
std::optional<std::string> fenced(const cluster::ProbeTarget& target,
                                  const cluster::NodeState& node) {
    const auto* sql = std::get_if<cluster::SqlTarget>(&target.how);
    const bool on_copy = node.mode == cluster::Mode::update && node.copy;
    if (sql == nullptr || on_copy || sql->database.kind != datasource::Kind::sqlite)
        return std::nullopt;
    try {
        cluster::Store store(sql->database, node.suite);
        const std::string operation = cluster::Registry(store).fact(cluster::fact::fence);
        if (operation.empty())
            return std::nullopt;
        return fmt::format("probe {}: operation {} fences the productive database", target.name,
                           operation);
    } catch (const engine::Error& error) {
        return fmt::format("probe {}: the registry cannot be asked: {}", target.name,
                           error.one_line());
    }
}

} // namespace

std::optional<std::string> unwell(cluster::Node& node, const std::string& version,
                                  const std::string& component) {
    const cluster::InstalledVersion installed(node.layout, version);
    const cluster::NodeState state = node.state();
    for (const cluster::ProbeTarget& target :
         probe_targets(node.layout, state, installed.manifest(), component,
                       cluster::load_datasource(node.layout))) {
        if (std::optional<std::string> why = fenced(target, state))
            return why;
        if (std::optional<std::string> why = cluster::ask(target))
            return why;
    }
    return std::nullopt;
}

} // namespace locum::installer
