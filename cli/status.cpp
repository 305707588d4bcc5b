#include "cli/command.hpp"
#include "cli/status_view.hpp"

#include <fmt/format.h>

namespace locum::cli {

void add_status(Command app, Action& action) {
    auto common = std::make_shared<Common>();
    Command command = app.add_subcommand("status", "Nodes, services, and the operation under way");
    add_common(command, common, true);
    command.callback([common, &action] {
        action = [common] {
            const Status status = gather_status(common->layout());
            fmt::print("{}", common->json ? status_json(status) : status_text(status));
            return 0;
        };
    });
}

} // namespace locum::cli
