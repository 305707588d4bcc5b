#include "upgrade/uninstall.hpp"
#include "cli/as_administrator.hpp"
#include "cli/document.hpp"
#include "cli/run_log.hpp"
#include "cli/tool.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/signals.hpp"
#include "token/network_token.hpp"

#include <fmt/format.h>

namespace locum::cli {

namespace {

struct Options : Common {
    bool plan = false;
    bool purge = false;
    bool last_server = false;
    bool without_cluster = false;
    bool with_locum = false;
    std::string confirm;
    std::string token;
};

upgrade::UninstallRequest request_of(const Options& options) {
    upgrade::UninstallRequest request;
    request.layout = options.layout();
    request.program = platform::this_program();
    if (options.purge)
        request.purge = installer::resources::Purge::yes;
    request.last_server = options.last_server;
    request.without_cluster = options.without_cluster;
    if (!options.token.empty())
        request.servers = token::NetworkToken::load(platform::absolute(options.token)).addresses;
    return request;
}

// Locum's program where it goes, too; else "".
std::string tool_to_remove(const Options& options, const upgrade::UninstallRequest& request) {
    return options.with_locum ? tool_of_last_suite(request.layout.root, request.layout.suite) : "";
}

int show(const Options& options, const upgrade::Removal& removal) {
    if (options.json) {
        print_document("plan", {{"plan", removal.title},
                                {"steps", steps_value(removal.plan)},
                                {"consequences", removal.consequences},
                                {"left", removal.left}});
        return 0;
    }
    print_plan(removal.title, removal.plan, false);
    for (const std::string& one : removal.consequences)
        fmt::print("note: {}\n", one);
    for (const std::string& one : removal.left)
        fmt::print("stays: {}\n", one);
    return 0;
}

int uninstall(const Options& options, upgrade::UninstallRequest& request,
              engine::Reporter& reporter) {
    upgrade::Removal removal = upgrade::removal_of(request);
    const std::string tool = tool_to_remove(options, request);
    if (!tool.empty())
        removal.consequences.push_back(
            fmt::format("{} goes, too: no other suite is on this host", tool));
    if (options.plan)
        return show(options, removal);
    require_confirmed(removal.node, options.confirm, [&removal] {
        print_plan(removal.title, removal.plan, false);
        for (const std::string& one : removal.consequences)
            fmt::print("note: {}\n", one);
    });
    platform::StopSignals signals;
    request.cancelled = [&signals] { return signals.arrived(); };
    std::vector<std::string> left = upgrade::uninstall(request, reporter);
    if (!tool.empty())
        // The node is gone already: what fails here changes nothing of that.
        if (const std::string stays = try_to_remove_tool(request.layout.root, tool);
            !stays.empty()) {
            removal.consequences.pop_back();
            left.push_back("Locum: " + stays);
        }
    if (options.json) {
        print_event(
            "result",
            {{"result", "removed"}, {"consequences", removal.consequences}, {"left", left}});
        return 0;
    }
    fmt::print("{} is removed from this host\n", removal.node);
    for (const std::string& one : removal.consequences)
        fmt::print("note: {}\n", one);
    for (const std::string& one : left)
        fmt::print("stays: {}\n", one);
    return 0;
}

int uninstall(const Options& options) {
    require_root_for(options);
    upgrade::UninstallRequest request = request_of(options);
    return logged(options, request.layout, "uninstall", [&](engine::Reporter& reporter) {
        return uninstall(options, request, reporter);
    });
}

} // namespace

void add_uninstall(Command app, Action& action) {
    auto options = std::make_shared<Options>();
    Command command =
        app.add_subcommand("uninstall", "Take this node out of its cluster, and off the host");
    command.footer("Data and logs stay, but for --purge. One that was cut off goes on when the "
                   "command is run again.");
    command.add_flag("-n,--plan", options->plan, "Print the plan and change nothing");
    command.add_flag("--purge", options->purge, "Data and logs on this host, too");
    command.add_flag("--last-server", options->last_server,
                     "Also where it is the last server: the cluster ends with it");
    command.add_flag("--without-cluster", options->without_cluster,
                     "Also where the cluster cannot be reached: it keeps the node until it is "
                     "removed there by name");
    command.add_flag("--with-locum", options->with_locum,
                     "Also Locum's program that a setup left, where no other suite is on this "
                     "host");
    command.add_option("--confirm", options->confirm, "The node's name; else it is asked for")
        .type_name("NAME");
    command
        .add_option("--token", options->token,
                    "A fresh network token, where a node without a server knows none that answers")
        .type_name("FILE");
    add_as_administrator(command);
    add_log(command, options);
    add_common(command, options, true);
    command.callback([options, &action] {
        action = [options] { return told_to(options->copy, [&] { return uninstall(*options); }); };
    });
}

} // namespace locum::cli
