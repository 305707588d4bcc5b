#include "cli/command.hpp"
#include "cli/inventory_view.hpp"
#include "cluster/node_state.hpp"
#include "engine/error.hpp"
#include "platform/files.hpp"

#include <fmt/format.h>

namespace locum::cli {

namespace {

Inventory gather(const cluster::Layout& layout) {
    const std::optional<datasource::Settings> settings = cluster::load_datasource(layout);
    if (!settings)
        throw engine::Error("this node runs no server, so it cannot read the registry",
                            engine::Kind::refused)
            .remedy("run the command on a node with a server");
    cluster::Store store(*settings, layout.suite);
    cluster::Registry registry(store);
    return {layout.suite, registry.fact(cluster::fact::version), registry.nodes()};
}

} // namespace

void add_inventory(Command app, Action& action) {
    struct Options : Common {
        std::string output;
    };
    auto options = std::make_shared<Options>();
    Command command =
        app.add_subcommand("inventory", "Write the cluster's hosts as an inventory for Ansible");
    command.add_option("-o,--output", options->output, "Where to; else to standard output")
        .type_name("FILE");
    add_common(command, options, false);
    command.callback([options, &action] {
        action = [options] {
            const std::string text = inventory_yaml(gather(options->layout()));
            if (options->output.empty()) {
                fmt::print("{}", text);
                return 0;
            }
            platform::write_file(platform::absolute(options->output), text, 0644);
            if (!options->quiet)
                fmt::print("{} is written\n", options->output);
            return 0;
        };
    });
}

} // namespace locum::cli
