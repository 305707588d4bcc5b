#include "cli/command.hpp"
#include "cli/status_view.hpp"
#include "cluster/installed.hpp"
#include "cluster/lease.hpp"
#include "engine/error.hpp"
#include "installer/announce.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

namespace locum::cli {

namespace {

using engine::Error;
using engine::Kind;

// Takes a node out of the registry by name. One that answers is to be stopped first, so that
// nobody is removed who still serves.
int remove(const cluster::Layout& layout, const std::string& name) {
    const Status status = gather_status(layout);
    const cluster::NodeState own = cluster::load_node_state(layout);
    const datasource::Settings settings = cluster::load_datasource(layout).value();
    cluster::Store store(settings, layout.suite);
    cluster::Registry registry(store);
    const cluster::NodeRow row = registry.node(name);
    if (name == own.name)
        throw Error(name + " is this node", Kind::refused)
            .remedy("run the command on another node");
    unsigned servers = 0;
    for (const NodeStatus& node : status.nodes) {
        servers += node.row.has_role("server");
        if (node.row.name == name && node.live)
            for (const auto& [component, service] : node.live->services)
                if (service.status == "running")
                    throw Error(fmt::format("{} answers, and its {} runs (process {})", name,
                                            component, service.pid),
                                Kind::refused)
                        .remedy("stop it there first: locum agent stop, and end the process; or "
                                "keep the node");
    }
    if (row.has_role("server") && servers == 1)
        throw Error(name + " is the last server of the cluster", Kind::refused)
            .remedy("keep it; a cluster without a server cannot be joined again");
    const cluster::Lease lease(settings, layout.suite, "removal of " + name);
    registry.remove_node(name);
    const cluster::InstalledVersion version(layout, own.version);
    installer::announce(layout, store, version.manifest(), lease.epoch());
    fmt::print("{} is removed; should it come back, its server is not started and its orders are "
               "refused: install it anew\n",
               name);
    return 0;
}

} // namespace

void add_node(CLI::App& app, Action& action) {
    CLI::App* node = app.add_subcommand("node", "The cluster's nodes");
    node->require_subcommand(1);

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
