#include "installer/install.hpp"
#include "cli/command.hpp"
#include "engine/check.hpp"
#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/signals.hpp"
#include "upgrade/host_by_host.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::cli {

namespace {

using nlohmann::json;

struct Options : Common {
    std::string bundle;
    std::string answers;
    bool plan = false;
};

void print_plan(const engine::Plan& plan, bool as_json) {
    if (!as_json) {
        fmt::print("{}\n", plan.title);
        for (const std::string& line : lines(plan))
            fmt::print("  {}\n", line);
        return;
    }
    json steps = json::array();
    for (const engine::PlannedStep& planned : plan.steps)
        steps.push_back({{"id", planned.step.id}, {"says", planned.step.says}});
    fmt::print("{}\n", json{{"plan", plan.title}, {"steps", steps}}.dump(2));
}

int install(const Options& options) {
    const std::string root = options.root.empty() ? "" : platform::absolute(options.root);
    const installer::Answers answers = installer::load_answers(platform::absolute(options.answers));
    const installer::Prepared prepared = installer::prepare(
        platform::absolute(options.bundle), answers, root, platform::this_program());
    std::unique_ptr<engine::Reporter> reporter = make_reporter(options);
    switch (prepared.relation) {
    case installer::Relation::newer:
        // R1's own way: this host's part of a rolling upgrade.
        return upgrade::install_newer(prepared.installation, options.plan, *reporter);
    case installer::Relation::same:
        if (upgrade::part_is_open(prepared.installation))
            return upgrade::install_newer(prepared.installation, options.plan, *reporter);
        if (options.json) {
            fmt::print("{}\n", json{{"event", "result"}, {"result", "unchanged"}}.dump());
            return 0;
        }
        fmt::print("{} {} is installed as {}: nothing to do\n",
                   prepared.installation.manifest().title,
                   prepared.installation.manifest().version.text(), answers.node_name);
        return 0;
    case installer::Relation::none:
        break;
    }
    for (const engine::Finding& finding : prepared.findings)
        if (finding.severity == engine::Severity::warning)
            fmt::print(stderr, "warning: {}\n", to_line(finding));
    const engine::Plan plan = installer::install_plan(prepared.installation);
    if (options.plan)
        print_plan(plan, options.json);
    engine::require_no_errors(prepared.findings);
    if (options.plan)
        return 0;
    platform::StopSignals signals;
    installer::install(
        prepared.installation, plan, [&signals] { return signals.arrived(); }, *reporter);
    if (!options.json)
        fmt::print("{} {} is installed and well as {}\nnext: locum status{}\n",
                   prepared.installation.manifest().title,
                   prepared.installation.manifest().version.text(), answers.node_name,
                   root.empty() ? "" : " --root " + root);
    return 0;
}

} // namespace

void add_install(CLI::App& app, Action& action) {
    auto options = std::make_shared<Options>();
    CLI::App* command =
        app.add_subcommand("install", "Install this host's node; with a newer bundle, upgrade it");
    command->add_option("BUNDLE", options->bundle)->required();
    command->add_option("--answers", options->answers, "The answers to all questions")
        ->required()
        ->type_name("FILE");
    command->add_flag("-n,--plan", options->plan, "Print the plan and change nothing");
    add_common(*command, options, true);
    command->callback([options, &action] { action = [options] { return install(*options); }; });
}

} // namespace locum::cli
