// The second half of a rehearsal: the upgrade, and what there is after it.

#include "rehearse/scene.hpp"

#include "cluster/host_files.hpp"
#include "cluster/node_state.hpp"
#include "cluster/operations.hpp"
#include "engine/check.hpp"
#include "engine/contains.hpp"
#include "engine/error.hpp"
#include "platform/files.hpp"
#include "rehearse/database.hpp"
#include "rehearse/lock_watch.hpp"
#include "upgrade/coordinator.hpp"
#include "upgrade/rehearsed.hpp"
#include "upgrade/session.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::rehearse {

using engine::Error;
using engine::Kind;

namespace {

upgrade::Request request_of(const Options& options, const cluster::Layout& layout,
                            const std::string& bundle, const std::function<bool()>& cancelled) {
    upgrade::Request request;
    request.layout = layout;
    request.bundle = bundle;
    request.mode = options.mode;
    request.ignored = options.ignored;
    request.cancelled = cancelled;
    return request;
}

constexpr std::size_t shown = 10;

std::string first_of(std::vector<std::string> all) {
    const std::size_t more = all.size() > shown ? all.size() - shown : 0;
    all.resize(all.size() - more);
    return fmt::format("{}{}", fmt::join(all, "; "),
                       more > 0 ? fmt::format("; and {} more", more) : std::string());
}

} // namespace

std::string Scene::plan(Report& report) {
    require_not_cancelled();
    const upgrade::Forecast forecast = upgrade::forecast(
        request_of(options_, layout(nodes_.front().name), versions_->after_file, cancelled_));
    report.verdict = upgrade::name(forecast.way);
    report.reasons = forecast.reasons;
    if (forecast.refused)
        throw Error(*forecast.refused);
    engine::require_no_errors(forecast.findings);
    if (forecast.way == upgrade::Way::nothing_to_do)
        throw Error(forecast.title, Kind::usage).remedy("name two versions that differ");
    if (forecast.hops.empty()) {
        report.mode = upgrade::name(forecast.mode);
        return fmt::format("{}: {}", report.verdict, forecast.order);
    }
    std::vector<std::string> hops;
    bool alike = true;
    for (const upgrade::Forecast& hop : forecast.hops) {
        hops.push_back(
            fmt::format("{} to {}, {}: {}", hop.from, hop.to, upgrade::name(hop.mode), hop.order));
        alike = alike && hop.mode == forecast.hops.front().mode;
    }
    if (alike)
        report.mode = upgrade::name(forecast.hops.front().mode);
    return fmt::format("{} by {} upgrades: {}", report.verdict, hops.size(), fmt::join(hops, "; "));
}

// Of throw-away nodes: what is in their folders is of this upgrade.
upgrade::Space Scene::space(std::uint64_t before) const {
    upgrade::Space space;
    space.before = before;
    space.after = size_of(settings());
    for (const NodePart& part : nodes_) {
        const cluster::NodeState node = cluster::load_node_state(layout(part.name));
        const std::string backups = node.data_folder + "/backup";
        for (const std::string& file : platform::list_folder(backups))
            space.backup = std::max(space.backup, size_of(backups + "/" + file));
        if (node.copy)
            space.largest_copy = std::max(space.largest_copy, size_of(node.copy->file));
    }
    return space;
}

std::string Scene::upgrade(Report& report) {
    const cluster::Layout from = layout(nodes_.front().name);
    const bool downtime = options_.mode == upgrade::UpgradeMode::short_downtime;
    const std::uint64_t before = size_of(settings());
    MigrationWatch watch(settings(), reporter_);
    // Of one upgrade, or of several one after the other.
    std::vector<cluster::Moment> timeline;
    std::vector<std::string> operations_seen;
    const auto look = [&] {
        cluster::Store store(settings(), from.suite);
        cluster::Operations operations(store);
        std::optional<cluster::Operation> operation = operations.open();
        if (!operation)
            operation = operations.last();
        if (!operation || engine::contains(operations_seen, operation->id))
            return;
        operations_seen.push_back(operation->id);
        const std::vector<cluster::Moment> more = operations.timeline(operation->id);
        timeline.insert(timeline.end(), more.begin(), more.end());
    };
    const auto measure = [&] {
        look();
        if (!operations_seen.empty()) {
            report.upgrade = upgrade::report(timeline);
            report.measured = upgrade::measured(timeline);
            report.measured->database_bytes = productive_bytes_.value_or(before);
            report.measured->locks = watch.locks();
            report.measured->space = space(before);
        }
        if (downtime)
            outage_ = std::chrono::milliseconds(report.upgrade.outage_ms.value_or(0));
    };
    upgrade::Request request = request_of(options_, from, versions_->after_file, cancelled_);
    request.hop_done = look;
    try {
        upgrade::run(request, watch);
    } catch (const Error& error) {
        try {
            measure();
        } catch (const std::exception&) {
            // What went wrong first is what counts.
        }
        // Nothing of it is there to be resumed or mended.
        throw Error(error.one_line(), error.kind() == Kind::cancelled || cancelled_()
                                          ? Kind::cancelled
                                          : Kind::failed)
            .remedy("see the logs in the report, or keep the nodes with --keep");
    }
    measure();
    return operations_seen.size() > 1
               ? fmt::format("{} upgrades, one after the other", operations_seen.size())
               : "";
}

std::string Scene::end_load(Report& report) {
    if (!cancelled_())
        load_->ended(options_.lead); // clients go on for a while afterwards, too
    report.clients.emplace();
    const std::unique_ptr<Load> load = std::move(load_);
    load->end(*report.clients, outage_);
    const Clients& seen = *report.clients;
    return seen.ended.empty() ? fmt::format("{} polls, {} failed, the longest gap was {} ms",
                                            seen.asked, seen.failed, seen.longest_gap_ms)
                              : fmt::format("ended with {}", seen.ended);
}

std::string Scene::check_schema() {
    suite::Manifest to = versions_->after;
    const datasource::Settings database = settings();
    const suite::Engine& engine = to.database.engines.at(kind_);
    const auto connection = datasource::connect(database, database.locum);
    const std::string version =
        datasource::schema_version(*connection, engine.version).value_or("none");
    if (version != to.schema)
        throw Error(fmt::format("the database says schema {}; expected {}", version, to.schema))
            .remedy("see the migration, and version-query and version-record of the manifest");
    cluster::fill_host_files(to, layout(nodes_.front().name));
    const std::vector<datasource::Migration> way =
        datasource::path(to.database.engines.at(kind_).migrations, "", to.schema);
    for (const datasource::Migration& step : way)
        for (const datasource::MigrationPart& part : step.run)
            if (!part.argv.empty())
                return fmt::format("schema {}; not compared with one made new, since {} is a "
                                   "command",
                                   version, part.name);
    datasource::Settings fresh = database;
    std::unique_ptr<datasource::Connection> made;
    if (postgresql_) {
        fresh = postgresql_->another("made_new");
        made = datasource::connect(fresh, fresh.locum);
    } else {
        datasource::ConnectOptions options;
        options.create = true;
        made = datasource::connect_file(site_.file("made_new.sqlite"), options);
    }
    datasource::migrate(*made, way, engine.version, [&](datasource::Connection& inside) {
        datasource::name_application(inside, fresh);
    });
    const std::vector<std::string> differ =
        differences(datasource::read_schema(*made), datasource::read_schema(*connection));
    if (!differ.empty())
        throw Error(fmt::format("the upgraded database differs from one that version {} makes new: "
                                "{}",
                                to.version.text(), first_of(differ)))
            .remedy("have the migrations from the old schema make what those of a new "
                    "installation do");
    return fmt::format("schema {}, as version {} makes it new", version, to.version.text());
}

std::string Scene::check_rows() {
    const datasource::Settings database = settings();
    const auto connection = datasource::connect(database, database.locum);
    const std::vector<std::string> lost = lost_rows(rows_, row_counts(*connection, {}));
    if (!lost.empty())
        throw Error(fmt::format("rows are lost: {}", first_of(lost)))
            .remedy("mend the migration; where it is meant to, or the load deletes them: "
                    "--may-lose-rows TABLE");
    return fmt::format("{} tables", rows_.size());
}

std::string Scene::check_node(const NodePart& part) {
    upgrade::Session session(layout(nodes_.front().name));
    const upgrade::ClusterFacts facts = session.facts(versions_->after);
    const std::string wanted = versions_->after.version.text();
    const auto node = std::find_if(facts.nodes.begin(), facts.nodes.end(),
                                   [&](const auto& one) { return one.row.name == part.name; });
    if (node == facts.nodes.end())
        throw Error(part.name + " is not registered; expected all nodes that were installed");
    if (!node->facts)
        throw Error(fmt::format("its agent does not answer: {}", node->unreachable));
    // As the node itself says; the registry hears of it a little later.
    for (const auto& [component, version] : node->facts->current)
        if (version != wanted)
            throw Error(fmt::format("{} is at {}; expected {}", component, version, wanted));
    if (node->facts->mode != cluster::Mode::normal)
        throw Error("it is in update mode; expected normal mode");
    if (!node->unwell.empty())
        throw Error(node->unwell);
    return fmt::format("{} components, all probes pass", node->facts->current.size());
}

std::string Scene::keep_measured(const Report& report) {
    return "kept in " +
           upgrade::keep_rehearsed(productive(), {report.began,
                                                  {report.from, versions_->before_sha256},
                                                  {report.to, versions_->after_sha256},
                                                  report.mode,
                                                  passed(report),
                                                  *report.measured});
}

std::string Scene::clear() {
    load_.reset();
    const std::vector<std::string> left =
        versions_ ? site_.end_nodes(versions_->before.name) : std::vector<std::string>{};
    postgresql_.reset();
    if (!left.empty())
        throw Error(fmt::format("{}", fmt::join(left, "; ")), Kind::needs_attention)
            .remedy("end them by hand");
    return "";
}

} // namespace locum::rehearse
