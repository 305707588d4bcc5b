#include "cli/document.hpp"
#include "cli/run_log.hpp"
#include "cli/status_view.hpp"
#include "engine/check.hpp"
#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/signals.hpp"
#include "platform/standard_error.hpp"
#include "upgrade/coordinator.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace locum::cli {

namespace {

using nlohmann::json;

struct Options : Common {
    std::string bundle;
    std::string mode = "auto";
    std::vector<std::string> ignored;
    bool restored = false;
    bool all = true; // there is no other way to run it; host by host is `locum install`
};

upgrade::Request request_of(const Options& options) {
    upgrade::Request request;
    request.layout = options.layout();
    request.bundle = options.bundle.empty() ? "" : platform::absolute(options.bundle);
    if (options.mode != "auto")
        request.mode = upgrade::upgrade_mode(options.mode);
    request.ignored = options.ignored;
    request.restored = options.restored;
    return request;
}

std::string said(const upgrade::Forecast& forecast) {
    switch (forecast.way) {
    case upgrade::Way::nothing_to_do:
        return "nothing to do";
    case upgrade::Way::rolling_possible:
        return "rolling possible";
    case upgrade::Way::downtime_needed:
        return "downtime needed";
    case upgrade::Way::go_through:
        break;
    }
    return forecast.through.empty() ? "go through another version first, and this one tells of none"
                                    : fmt::format("go through a version with schema {} first",
                                                  fmt::join(forecast.through, " or "));
}

void print_forecast(const upgrade::Forecast& forecast) {
    if (!forecast.hops.empty())
        fmt::print("{}\n\n", forecast.title);
    for (const upgrade::Forecast& hop : forecast.hops) {
        fmt::print("-- {} to {}\n", hop.from, hop.to);
        print_forecast(hop);
        fmt::print("\n");
    }
    if (!forecast.hops.empty())
        fmt::print("-- {} to {}, {} upgrades\n", forecast.from, forecast.to, forecast.hops.size());
    const bool nothing = forecast.way == upgrade::Way::nothing_to_do;
    const bool rolling = forecast.way == upgrade::Way::rolling_possible;
    if (!forecast.refused && forecast.hops.empty())
        print_plan(forecast.title, forecast.plan, false);
    if (!forecast.order.empty())
        fmt::print("order: {}\n", forecast.order);
    if (!nothing)
        fmt::print("verdict: {}\n", said(forecast));
    for (const std::string& reason : forecast.reasons)
        fmt::print("  {}{}\n", rolling ? "not on copies: " : "", reason);
    if (rolling && forecast.hops.empty() && forecast.mode != upgrade::UpgradeMode::in_place)
        fmt::print("in place: {}\n", forecast.in_place);
    if (forecast.rehearsed)
        fmt::print("rehearsed: {}\n", fmt::join(to_lines(*forecast.rehearsed), "\n  "));
    for (const engine::Finding& finding : forecast.findings)
        if (finding.severity == engine::Severity::warning)
            fmt::print("warning: {}\n", to_line(finding));
}

// What is told of each upgrade, be it one or one of several.
json upgrade_value(const upgrade::Forecast& forecast) {
    json mode;
    if (!forecast.refused && forecast.hops.empty() && forecast.way != upgrade::Way::nothing_to_do)
        mode = upgrade::name(forecast.mode);
    return {{"verdict", upgrade::name(forecast.way)},
            {"reasons", forecast.reasons},
            {"mode", mode},
            {"order", forecast.order},
            {"in-place", forecast.in_place},
            {"plan", forecast.title},
            {"steps", steps_value(forecast.plan)}};
}

void print_forecast_as_json(const upgrade::Forecast& forecast) {
    json rehearsed;
    if (forecast.rehearsed)
        rehearsed = json_of(*forecast.rehearsed);
    json hops = json::array();
    for (const upgrade::Forecast& hop : forecast.hops) {
        hops.push_back(upgrade_value(hop));
        hops.back().update({{"from", hop.from}, {"to", hop.to}});
    }
    json told = upgrade_value(forecast);
    told.update({{"through", forecast.through},
                 {"rehearsed", rehearsed},
                 {"findings", findings_value(forecast.findings)},
                 {"hops", hops}});
    print_document("upgrade-plan", told);
}

int plan(const Options& options) {
    const upgrade::Forecast forecast = upgrade::forecast(request_of(options));
    if (options.json)
        print_forecast_as_json(forecast);
    else
        print_forecast(forecast);
    if (forecast.refused)
        throw engine::Error(*forecast.refused);
    engine::require_no_errors(forecast.findings);
    return 0;
}

// Returns the result that is told as JSON.
using Work = std::string (*)(const upgrade::Request&, engine::Reporter&);

std::string run(const upgrade::Request& request, engine::Reporter& reporter) {
    return upgrade::run(request, reporter) ? "upgraded" : "unchanged";
}

std::string resume(const upgrade::Request& request, engine::Reporter& reporter) {
    return upgrade::resume(request, reporter) ? "upgraded" : "rolled-back";
}

std::string roll_back(const upgrade::Request& request, engine::Reporter& reporter) {
    upgrade::roll_back(request, reporter);
    return "rolled-back";
}

int work(const Options& options, upgrade::Request& request, Work what, engine::Reporter& reporter) {
    platform::StopSignals signals;
    request.cancelled = [&signals] { return signals.arrived(); };
    request.found = [&options](const std::vector<engine::Finding>& findings) {
        print_warnings(options, findings);
        if (options.json)
            print_findings(findings);
    };
    const std::string result = what(request, reporter);
    if (options.json)
        print_event("result", {{"result", result}});
    if (options.json || options.quiet)
        return 0;
    try {
        fmt::print("{}", status_text(gather_status(request.layout)));
    } catch (const engine::Error& error) {
        // It is done all the same.
        platform::to_stderr(
            fmt::format("warning: done, but the status cannot be shown: {}\n", error.one_line()));
    }
    return 0;
}

int work(const Options& options, std::string_view command, Work what) {
    upgrade::Request request = request_of(options);
    return logged(options, request.layout, command, [&](engine::Reporter& reporter) {
        return work(options, request, what, reporter);
    });
}

Command add_verb(Command app, const std::string& name, const std::string& about,
                 const std::shared_ptr<Options>& options, bool bundle_required) {
    Command command = app.add_subcommand(name, about);
    Option bundle =
        command.add_option("BUNDLE", options->bundle, "The new version's bundle").type_name("FILE");
    if (bundle_required)
        bundle.required();
    add_common(command, options, true);
    return command;
}

} // namespace

void add_upgrade(Command app, Action& action) {
    Command upgrade = app.add_subcommand("upgrade", "Upgrade the whole cluster from this node");
    upgrade.require_subcommand();
    const std::vector<std::string> modes({"auto", "rolling", "in-place", "short-downtime"});
    const std::string mode_about = "How; auto chooses, but never a downtime";

    auto plan_options = std::make_shared<Options>();
    Command command =
        add_verb(upgrade, "plan", "Say whether and how; change nothing", plan_options, true);
    command.footer("The verdict is in the exit code, too. Plan on the node that will run it.");
    command.add_option("--mode", plan_options->mode, mode_about).type_name("MODE").one_of(modes);
    add_ignore(command, plan_options->ignored);
    command.callback(
        [plan_options, &action] { action = [plan_options] { return plan(*plan_options); }; });

    auto run_options = std::make_shared<Options>();
    command = add_verb(upgrade, "run", "Upgrade every node of the cluster", run_options, true);
    command.footer(
        "Any node with a server can do it. Where it pauses, `locum upgrade resume` goes on, from "
        "any "
        "of\nthem; before the point of no return, `locum upgrade rollback` takes everything "
        "back.\nWhere the bundle carries versions on the way and they are needed, it is several "
        "upgrades, one\nafter the other; run again, it goes on with those that are left.");
    command.add_flag("--all", run_options->all,
                     "All nodes, driven from this one; so it is without the word, too");
    command.add_option("--mode", run_options->mode, mode_about).type_name("MODE").one_of(modes);
    add_ignore(command, run_options->ignored);
    command.callback([run_options, &action] {
        action = [run_options] { return work(*run_options, "upgrade run", run); };
    });

    auto resume_options = std::make_shared<Options>();
    command =
        add_verb(upgrade, "resume", "Go on with the open operation, from any node with a server",
                 resume_options, false);
    command
        .add_option("--mode", resume_options->mode,
                    "Where one server is left only: it may stop meanwhile")
        .type_name("MODE")
        .one_of({"short-downtime"});
    command.callback([resume_options, &action] {
        action = [resume_options] { return work(*resume_options, "upgrade resume", resume); };
    });

    auto back_options = std::make_shared<Options>();
    command = add_verb(upgrade, "rollback", "Take the open operation back", back_options, false);
    command.footer(
        "Before the point of no return only; behind it only with the productive database restored "
        "from\nthe backup that was made before its migration.");
    command.add_flag("--database-restored", back_options->restored,
                     "The productive database was restored as it was before its migration");
    command.callback([back_options, &action] {
        action = [back_options] { return work(*back_options, "upgrade rollback", roll_back); };
    });

    auto status_options = std::make_shared<Options>();
    command =
        add_verb(upgrade, "status", "The operation under way and its steps", status_options, false);
    command.callback([status_options, &action] {
        action = [status_options] {
            const Status status = gather_status(status_options->layout());
            fmt::print("{}",
                       status_options->json ? operation_json(status) : operation_text(status));
            return 0;
        };
    });
}

} // namespace locum::cli
