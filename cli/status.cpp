#include "cli/command.hpp"
#include "cli/status_view.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

namespace locum::cli {

void add_status(CLI::App& app, Action& action) {
    auto common = std::make_shared<Common>();
    CLI::App* command =
        app.add_subcommand("status", "Nodes, services, and the operation under way");
    add_common(*command, common, true);
    command->callback([common, &action] {
        action = [common] {
            const Status status = gather_status(common->layout());
            fmt::print("{}", common->json ? status_json(status) : status_text(status));
            return 0;
        };
    });
}

} // namespace locum::cli
