#include "cli/run_log.hpp"
#include "platform/signals.hpp"
#include "upgrade/remove.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::cli {

namespace {

using nlohmann::json;

struct Options : Common {
    std::string node;
    bool plan = false;
    std::string confirm;
    std::vector<std::string> ignored;
};

json findings_json(const std::vector<engine::Finding>& findings) {
    json all = json::array();
    for (const engine::Finding& finding : findings)
        all.push_back({{"name", finding.name},
                       {"ignored", finding.severity == engine::Severity::warning},
                       {"found", finding.found},
                       {"expected", finding.expected},
                       {"remedy", finding.remedy}});
    return all;
}

void print(const upgrade::Removing& removing) {
    print_plan(removing.title, removing.plan, false);
    for (const std::string& one : removing.proof)
        fmt::print("proof: {}\n", one);
    for (const std::string& one : removing.consequences)
        fmt::print("note: {}\n", one);
}

int remove(const Options& options, upgrade::RemoveRequest& request, engine::Reporter& reporter) {
    const upgrade::Removing removing = upgrade::removing_of(request);
    for (const engine::Finding& finding : removing.findings)
        if (finding.severity == engine::Severity::warning)
            fmt::print(stderr, "warning: {}\n", to_line(finding));
    if (options.plan && options.json)
        fmt::print("{}\n", json{{"plan", removing.title},
                                {"steps", json::parse(steps_json(removing.plan))},
                                {"proof", removing.proof},
                                {"findings", findings_json(removing.findings)},
                                {"consequences", removing.consequences}}
                               .dump(2));
    else if (options.plan)
        print(removing);
    engine::require_no_errors(removing.findings);
    if (options.plan)
        return 0;
    require_confirmed(options.node, options.confirm, [&removing] { print(removing); });
    platform::StopSignals signals;
    request.cancelled = [&signals] { return signals.arrived(); };
    upgrade::remove(request, reporter);
    if (options.json) {
        fmt::print("{}\n", json{{"event", "result"},
                                {"result", "removed"},
                                {"proof", removing.proof},
                                {"consequences", removing.consequences}}
                               .dump());
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

void add_node_remove(CLI::App& node, Action& action) {
    auto options = std::make_shared<Options>();
    CLI::App* command =
        node.add_subcommand("remove", "Take a node that is gone out of the cluster");
    command->footer(
        "Refused unless the other nodes, the balancers and the database say that nothing "
        "of it lives.\nA node that can still be started is taken out by `locum uninstall` "
        "on its host.");
    command->add_option("NAME", options->node, "The node")->required();
    command->add_flag("-n,--plan", options->plan,
                      "Print the plan, the proof that it is gone and what follows, and change "
                      "nothing");
    command
        ->add_option("--confirm", options->confirm, "The node's name again; else it is asked for")
        ->type_name("NAME");
    add_ignore(*command, options->ignored);
    add_common(*command, options, true);
    command->callback([options, &action] { action = [options] { return remove(*options); }; });
}

} // namespace locum::cli
