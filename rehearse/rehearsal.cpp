#include "rehearse/rehearsal.hpp"

#include "engine/locum_version.hpp"
#include "rehearse/scene.hpp"
#include "rehearse/stages.hpp"

#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace locum::rehearse {

using engine::Error;
using engine::Kind;

void check(const Options& options) {
    if (options.nodes < 1 || options.nodes > 50)
        throw Error(fmt::format("{} nodes", options.nodes), Kind::usage)
            .remedy("give a number from 1 to 50 with --nodes");
    if (!options.from_productive.empty() && !options.database.empty())
        throw Error("both --from-productive and --database", Kind::usage).remedy("give one");
}

namespace {

using Rests = Stage::Rests;

std::vector<Stage> stages_before(Scene& scene, Report& report) {
    return {
        {"bundles", "old and new version are whole, trusted, and of one suite",
         [&] { return scene.read_bundles(report); }},
        {"database", "there is a database", [&] { return scene.make_database(); }},
    };
}

// What is claimed of the suite, in the order in which it is looked at.
std::vector<Stage> stages(Scene& scene, Report& report) {
    std::vector<Stage> all;
    const auto install = [&](const NodePart& node) {
        all.push_back({"install/" + node.name,
                       fmt::format("{} is installed with {} and well", node.name, report.from),
                       [&scene, &node] { return scene.install(node); }});
    };
    const std::vector<NodePart>& nodes = scene.nodes();
    for (const NodePart& node : nodes) {
        install(node);
        if (&node == &nodes.front())
            all.push_back({"fill", "the database is filled", [&] { return scene.fill(); }});
    }
    all.push_back({"load/start", "clients are served before", [&] { return scene.start_load(); }});
    all.push_back({"plan", "the upgrade is possible", [&] { return scene.plan(report); }});
    all.push_back({"upgrade", fmt::format("the upgrade to {} is done", report.to),
                   [&] { return scene.upgrade(report); }});
    const bool downtime = report.mode == name(upgrade::UpgradeMode::short_downtime);
    all.push_back({"load",
                   downtime ? "clients saw no failure but in the outage" : "clients saw no failure",
                   [&] { return scene.end_load(report); }, Rests::on_none, true,
                   [&] { return scene.load_runs(); }});
    all.push_back({"schema", "the schema is what the new version expects",
                   [&] { return scene.check_schema(); }, Rests::on_all_before, true});
    all.push_back({"rows", "no table has lost rows", [&] { return scene.check_rows(); },
                   Rests::on_all_before, true});
    for (const NodePart& node : nodes)
        all.push_back(
            {node.name, fmt::format("{} is at {}, in normal mode and well", node.name, report.to),
             [&scene, &node] { return scene.check_node(node); }, Rests::on_all_before, true});
    return all;
}

std::string utc_now() {
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", fmt::gmtime(std::time(nullptr)));
}

} // namespace

Report rehearse(const Options& options, const std::function<bool()>& cancelled,
                engine::Reporter& reporter) {
    check(options);
    Report report;
    report.locum = engine::locum_version();
    report.mode = options.mode ? std::string(upgrade::name(*options.mode)) : "auto";
    report.nodes = options.nodes;
    report.began = utc_now();
    const auto begun = std::chrono::steady_clock::now();
    // They hold the addresses that this one needs.
    for (const std::string& line : Site::clear_abandoned(options.folder))
        reporter.note(line);
    Scene scene(options, cancelled, reporter);
    bool go_on = look_at(stages_before(scene, report), true, report.claims, reporter);
    look_at(stages(scene, report), go_on, report.claims, reporter);
    if (!options.from_productive.empty())
        look_at({{"forecast", "what was measured is kept for the plan of the productive upgrade",
                  [&] { return scene.keep_measured(report); }, Rests::on_none, true,
                  // Of an upgrade that was not let go on to its end it would say too little.
                  [&] { return report.measured.has_value() && !cancelled(); }}},
                true, report.claims, reporter);
    if (!passed(report))
        report.excerpts = scene.site().logs();
    look_at(
        {{"end", "all that was started has ended", [&] { return scene.clear(); }, Rests::on_none}},
        true, report.claims, reporter);
    if (options.keep)
        reporter.note("kept: " + scene.site().folder());
    report.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    return report;
}

} // namespace locum::rehearse
