#include "cli/document.hpp"
#include "cli/run_log.hpp"
#include "platform/signals.hpp"
#include "upgrade/remove.hpp"

#include <fmt/format.h>

namespace locum::cli {

namespace {

struct Options : Common {
    std::string node;
    bool plan = false;
    std::string confirm;
    std::vector<std::string> ignored;
};

void print(const upgrade::Removing& removing) {
    print_plan(removing.title, removing.plan, false);
    for (const std::string& one : removing.proof)
        fmt::print("proof: {}\n", one);
    for (const std::string& one : removing.consequences)
        fmt::print("note: {}\n", one);
}

int remove(const Options& options, upgrade::RemoveRequest& request, engine::Reporter& reporter) {
    const upgrade::Removing removing = upgrade::removing_of(request);
    print_warnings(options, removing.findings);
    if (options.plan && options.json)
        print_document("plan", {{"plan", removing.title},
                                {"steps", steps_value(removing.plan)},
                                {"proof", removing.proof},
                                {"findings", findings_value(removing.findings)},
                                {"consequences", removing.consequences}});
    else if (options.plan)
        print(removing);
    else if (options.json)
        print_findings(removing.findings);
    engine::require_no_errors(removing.findings);
    if (options.plan)
        return 0;
    require_confirmed(options.node, options.confirm, [&removing] { print(removing); });
    platform::StopSignals signals;
    request.cancelled = [&signals] { return signals.arrived(); };
    upgrade::remove(request, reporter);
    if (options.json) {
        print_event("result", {{"result", "removed"},
                               {"proof", removing.proof},
                               {"consequences", removing.consequences}});
        return 0;
    }
    fmt::print("{} is removed from the cluster\n", options.node);
    for (const std::string& one : removing.proof)
        fmt::print("proof: {}\n", one);
    for (const std::string& one : removing.consequences)
        fmt::print("note: {}\n", one);
    return 0;
}

int remove(const Options& options) {
    require_root_for(options);
    upgrade::RemoveRequest request{options.layout(), options.node, options.ignored};
    return logged(options, request.layout, "node remove",
                  [&](RunReporter& reporter) { return remove(options, request, reporter); });
}

} // namespace

void add_node_remove(Command node, Action& action) {
    auto options = std::make_shared<Options>();
    Command command = node.add_subcommand("remove", "Take a node that is gone out of the cluster");
    command.footer(
        "Refused unless the other nodes, the balancers and the database say that nothing "
        "of it lives.\nA node that can still be started is taken out by `locum uninstall` "
        "on its host.");
    command.add_option("NAME", options->node, "The node").required();
    command.add_flag("-n,--plan", options->plan,
                     "Print the plan, the proof that it is gone and what follows, and change "
                     "nothing");
    command.add_option("--confirm", options->confirm, "The node's name again; else it is asked for")
        .type_name("NAME");
    add_ignore(command, options->ignored);
    add_common(command, options, true);
    command.callback([options, &action] { action = [options] { return remove(*options); }; });
}

} // namespace locum::cli
