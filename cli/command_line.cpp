#include "cli/command_line.hpp"
#include "engine/locum_version.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace locum::cli {

std::unique_ptr<CLI::App> command_line(Action& action) {
    auto app = std::make_unique<CLI::App>(
        "Installs suites of servers that share one database, and upgrades their clusters", "locum");
    app->set_version_flag("--version", std::string("locum ") + engine::locum_version());
    app->require_subcommand(1);
    const Command root(*app);
    add_bundle(root, action);
    add_answers(root, action);
    add_install(root, action);
    add_verify(root, action);
    add_repair(root, action);
    add_modify(root, action);
    add_uninstall(root, action);
    add_upgrade(root, action);
    add_rehearse(root, action);
    add_status(root, action);
    add_node(root, action);
    add_datasource(root, action);
    add_inventory(root, action);
    add_token(root, action);
    add_keystore(root, action);
    add_agent(root, action);
    add_service(root, action);
    add_completion(root, action);
    add_debug(root, action);
    return app;
}

} // namespace locum::cli
