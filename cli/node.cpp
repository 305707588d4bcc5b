#include "cli/command.hpp"
#include "cli/status_view.hpp"

#include <fmt/format.h>

namespace locum::cli {

void add_node(Command app, Action& action) {
    Command node = app.add_subcommand("node", "The cluster's nodes");
    node.require_subcommand();
    add_node_services(node, action);
    add_node_remove(node, action);

    auto list_common = std::make_shared<Common>();
    Command list = node.add_subcommand("list", "All nodes; the oldest member is marked");
    add_common(list, list_common, true);
    list.callback([list_common, &action] {
        action = [list_common] {
            const Status status = gather_status(list_common->layout());
            fmt::print("{}", list_common->json ? status_json(status) : node_list_text(status));
            return 0;
        };
    });
}

} // namespace locum::cli
