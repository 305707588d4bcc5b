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
    add_bundle(*app, action);
    add_answers(*app, action);
    add_install(*app, action);
    add_verify(*app, action);
    add_repair(*app, action);
    add_modify(*app, action);
    add_uninstall(*app, action);
    add_upgrade(*app, action);
    add_rehearse(*app, action);
    add_status(*app, action);
    add_node(*app, action);
    add_datasource(*app, action);
    add_inventory(*app, action);
    add_token(*app, action);
    add_keystore(*app, action);
    add_agent(*app, action);
    add_service(*app, action);
    add_completion(*app, action);
    add_debug(*app, action);
    return app;
}

} // namespace locum::cli
