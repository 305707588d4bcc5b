#include "installer/verify.hpp"
#include "cli/document.hpp"
#include "cli/run_log.hpp"
#include "engine/error.hpp"
#include "installer/inventory.hpp"
#include "installer/repair.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/signals.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>

namespace locum::cli {

namespace {

using engine::Error;
using engine::Kind;
using installer::Verified;
using nlohmann::json;

struct Options : Common {
    std::string bundle;
    bool plan = false;
};

bool is_warning(const installer::Drift& drift) {
    return drift.finding.severity == engine::Severity::warning;
}

json told(const std::vector<Verified>& found) {
    json all = json::array();
    for (const Verified& one : found)
        for (const installer::Drift& drift : one.drifts)
            all.push_back({{"resource", one.resource->id},
                           {"severity", is_warning(drift) ? "warning" : "error"},
                           {"found", drift.finding.found},
                           {"expected", drift.finding.expected},
                           {"remedy", drift.finding.remedy}});
    return all;
}

void print(const std::vector<Verified>& found) {
    for (const Verified& one : found)
        for (const installer::Drift& drift : one.drifts)
            if (drift.foreign)
                fmt::print("{}: warning: {}; expected {}\n  try: {}\n", one.resource->id,
                           drift.finding.found, drift.finding.expected, drift.finding.remedy);
            else
                fmt::print("{}: {}{}; expected {}\n", one.resource->id,
                           is_warning(drift) ? "cannot be told: " : "", drift.finding.found,
                           drift.finding.expected);
}

// Throws where the host is not what was installed, or that cannot be told. What is somebody else's
// is for a person to decide on, and only warned of.
void judge(const std::vector<Verified>& found) {
    std::size_t different = 0;
    std::size_t unknown = 0;
    std::string remedy;
    for (const Verified& one : found)
        for (const installer::Drift& drift : one.drifts) {
            if (drift.foreign)
                continue;
            ++(is_warning(drift) ? unknown : different);
            // What repair cannot do comes first.
            if (remedy.empty() || !one.resource->repair)
                remedy = drift.finding.remedy;
        }
    if (different > 0)
        throw Error(fmt::format("{} difference{} from what was installed", different,
                                different == 1 ? "" : "s"),
                    Kind::drift)
            .remedy(remedy);
    if (unknown > 0)
        throw Error(fmt::format("nothing differs, but {} answer{} could not be had", unknown,
                                unknown == 1 ? "" : "s"))
            .remedy(remedy);
}

int verify(const Options& options) {
    require_root_for(options);
    const installer::InstalledNode node =
        installer::look_at_node(options.layout(), platform::this_program());
    const std::vector<installer::Resource> resources = installer::inventory(node);
    const std::vector<Verified> found = installer::verify(resources);
    if (options.json) {
        json checked = json::array();
        for (const installer::Resource& resource : resources)
            checked.push_back(resource.id);
        print_document("verify", {{"suite", node.state.suite},
                                  {"version", node.state.version},
                                  {"node", node.state.name},
                                  {"checked", checked},
                                  {"differences", told(found)}});
    } else {
        print(found);
        if (found.empty() && !options.quiet)
            fmt::print("{} {} on {} is as it was installed\n", node.state.suite, node.state.version,
                       node.state.name);
    }
    judge(found);
    return 0;
}

int repair(const Options& options, engine::Reporter& reporter) {
    installer::Hints hints;
    if (!options.bundle.empty())
        hints.bundle = platform::absolute(options.bundle);
    std::optional<platform::Lock> lock;
    if (!options.plan)
        lock.emplace(installer::lock_for_repair(options.layout()));
    const installer::InstalledNode node =
        installer::look_at_node(options.layout(), platform::this_program(), hints);
    installer::require_repairable(node);
    const std::vector<installer::Resource> resources = installer::inventory(node);
    const std::vector<Verified> found = installer::verify(resources);
    const engine::Plan plan = installer::repair_plan(node, found);
    if (options.plan) {
        print_plan(plan.title, engine::describe(plan), options.json);
        return 0;
    }
    if (!plan.steps.empty()) {
        platform::StopSignals signals;
        installer::repair(
            *lock, node, plan, [&signals] { return signals.arrived(); }, reporter);
    }
    const std::vector<Verified> left = installer::verify(resources);
    if (!options.json)
        print(left);
    judge(left);
    if (options.json)
        print_event("result", {{"result", plan.steps.empty() ? "unchanged" : "repaired"}});
    else if (!options.quiet)
        fmt::print("{} {} on {} is as it was installed\n", node.state.suite, node.state.version,
                   node.state.name);
    return 0;
}

int repair(const Options& options) {
    require_root_for(options);
    return logged(options, options.layout(), "repair",
                  [&](RunReporter& reporter) { return repair(options, reporter); });
}

} // namespace

int repair(const Common& common, const std::string& bundle) {
    return repair(Options{common, bundle});
}

void add_verify(Command app, Action& action) {
    auto options = std::make_shared<Options>();
    Command command =
        app.add_subcommand("verify", "Compare this host with what was installed; change nothing");
    add_common(command, options, true);
    command.callback([options, &action] { action = [options] { return verify(*options); }; });
}

void add_repair(Command app, Action& action) {
    auto options = std::make_shared<Options>();
    Command command = app.add_subcommand("repair", "Put right what `locum verify` tells");
    command
        .add_option("BUNDLE", options->bundle,
                    "The installed version's bundle, where this host keeps none")
        .type_name("FILE");
    command.add_flag("-n,--plan", options->plan, "Print the plan and change nothing");
    add_log(command, options);
    add_common(command, options, true);
    command.callback([options, &action] {
        action = [options] { return told_to(options->copy, [&] { return repair(*options); }); };
    });
}

} // namespace locum::cli
