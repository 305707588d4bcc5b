#include "cli/command.hpp"
#include "cluster/service_host.hpp"
#include "cluster/service_unit.hpp"
#include "installer/rendering.hpp"
#include "platform/service_process.hpp"

namespace locum::cli {

void add_service(Command app, Action& action) {
    Command service = app.add_subcommand(
        "service", "A service of a suite, as the service control manager of Windows runs it");
    service.hidden(); // nobody types it
    service.require_subcommand();
    auto common = std::make_shared<Common>();
    auto name = std::make_shared<std::string>();
    Command run = service.add_subcommand("run", "Be the service, until it is stopped");
    run.add_option("SERVICE", *name, "Its name in the manifest").required();
    add_common(run, common, false);
    run.callback([common, name, &action] {
        action = [common, name] {
            // Not as other commands find it: its account may not look at the node's state.
            const cluster::Layout layout{common->root_folder(), common->suite};
            return platform::as_service(cluster::service_unit_name(layout.suite, *name),
                                        installer::log_file(layout, *name),
                                        [&](platform::ServiceProcess& process) {
                                            return cluster::run_service(layout, *name, process);
                                        });
        };
    });
}

} // namespace locum::cli
