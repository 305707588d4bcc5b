#include "cli/command.hpp"
#include "cli/status_view.hpp"
#include "cluster/installed.hpp"
#include "cluster/lease.hpp"
#include "engine/error.hpp"
#include "installer/announce.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <fmt/format.h>

namespace locum::cli {

namespace {

using engine::Error;
using engine::Kind;

bool registered(const Status& status, const std::string& name) {
    return std::any_of(status.nodes.begin(), status.nodes.end(),
                       [&](const NodeStatus& node) { return node.row.name == name; });
}

// One that answers is to be stopped first, so that nobody is removed who still serves.
void require_gone(const Status& status, const std::string& name) {
    unsigned servers = 0;
    bool server = false;
    for (const NodeStatus& node : status.nodes) {
        servers += node.row.has_role("server");
        if (node.row.name != name)
            continue;
        server = node.row.has_role("server");
        if (!node.live)
            continue;
        for (const auto& [service, state] : node.live->services)
            if (state.status == "running")
                throw Error(fmt::format("{} answers, and its {} runs (process {})", name, service,
                                        state.pid),
                            Kind::refused)
                    .remedy("remove it there: locum uninstall");
    }
    if (server && servers == 1)
        throw Error(name + " is the last server of the cluster", Kind::refused)
            .remedy("keep it; a cluster without a server cannot be joined again");
}

// Takes a node out of the registry by name. Repeated, it tells the balancers that did not hear of
// it.
int remove(const cluster::Layout& layout, const std::string& name) {
    const Status status = gather_status(layout);
    const cluster::NodeState own = cluster::load_node_state(layout);
    const datasource::Settings settings = cluster::load_datasource(layout).value();
    cluster::Store store(settings, layout.suite);
    cluster::Registry registry(store);
    if (name == own.name)
        throw Error(name + " is this node", Kind::refused).remedy("locum uninstall");
    if (!registered(status, name) && !cluster::was_admitted(store, name))
        registry.node(name); // says which there are
    require_gone(status, name);
    const cluster::Lease lease(settings, layout.suite, "removal of " + name);
    registry.remove_node(name);
    const cluster::InstalledVersion version(layout, own.version);
    try {
        installer::announce(layout, store, version.manifest(), lease.epoch());
    } catch (const Error& error) {
        throw Error(fmt::format("{} is removed, but {}", name, error.one_line()), Kind::paused)
            .remedy(fmt::format("start their agents (locum agent start), then again: locum node "
                                "remove {}",
                                name));
    }
    fmt::print("{} is removed; should it come back, its server is not started and its orders are "
               "refused: install it anew\n",
               name);
    return 0;
}

} // namespace

void add_node(CLI::App& app, Action& action) {
    CLI::App* node = app.add_subcommand("node", "The cluster's nodes");
    node->require_subcommand(1);
    add_node_services(*node, action);

    auto list_common = std::make_shared<Common>();
    CLI::App* list = node->add_subcommand("list", "All nodes; the oldest member is marked");
    add_common(*list, list_common, true);
    list->callback([list_common, &action] {
        action = [list_common] {
            const Status status = gather_status(list_common->layout());
            fmt::print("{}", list_common->json ? status_json(status) : node_list_text(status));
            return 0;
        };
    });

    auto remove_common = std::make_shared<Common>();
    auto name = std::make_shared<std::string>();
    CLI::App* remover =
        node->add_subcommand("remove", "Take a node that is gone out of the cluster");
    remover->add_option("NAME", *name)->required();
    add_common(*remover, remove_common, false);
    remover->callback([remove_common, name, &action] {
        action = [remove_common, name] { return remove(remove_common->layout(), *name); };
    });
}

} // namespace locum::cli
