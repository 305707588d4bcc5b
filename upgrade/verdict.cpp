#include "upgrade/verdict.hpp"

#include "cluster/admission.hpp"
#include "engine/error.hpp"
#include "suite/topology.hpp"
#include "upgrade/hops.hpp"
#include "upgrade/requirements.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::upgrade {

using engine::Error;
using engine::Finding;
using engine::Kind;
using engine::Severity;

std::string_view name(UpgradeMode mode) {
    switch (mode) {
    case UpgradeMode::rolling:
        return "rolling";
    case UpgradeMode::in_place:
        return "in-place";
    case UpgradeMode::short_downtime:
        break;
    }
    return "short-downtime";
}

UpgradeMode upgrade_mode(std::string_view text) {
    for (const UpgradeMode mode :
         {UpgradeMode::rolling, UpgradeMode::in_place, UpgradeMode::short_downtime})
        if (text == name(mode))
            return mode;
    throw Error(fmt::format("'{}' is no mode of an upgrade", text), Kind::usage)
        .remedy("one of: rolling, in-place, short-downtime");
}

std::string_view name(Way way) {
    switch (way) {
    case Way::nothing_to_do:
        return "nothing-to-do";
    case Way::rolling_possible:
        return "rolling-possible";
    case Way::downtime_needed:
        return "downtime-needed";
    case Way::go_through:
        break;
    }
    return "go-through";
}

Way way_of(const Verdict& verdict) {
    return verdict.rolling || verdict.can_go_in_place() ? Way::rolling_possible
                                                        : Way::downtime_needed;
}

InPlace in_place_order(const suite::Manifest& to, const std::string& from) {
    if (from == to.schema)
        return InPlace::servers_only;
    if (to.new_binary_on_old_schema == suite::Compatibility::works)
        return InPlace::servers_first;
    if (to.old_binary_on_new_schema == suite::Compatibility::works)
        return InPlace::schema_first;
    return InPlace::unsafe;
}

std::string why(InPlace order, const suite::Manifest& to, const std::string& from) {
    switch (order) {
    case InPlace::servers_only:
        return fmt::format("servers only: the schema stays {}", to.schema);
    case InPlace::servers_first:
        return fmt::format("servers first, then the schema: version {} works on schema {} "
                           "(new-binary-on-old-schema)",
                           to.version.text(), from);
    case InPlace::schema_first:
        return fmt::format("schema first, then the servers: a server of schema {} works on schema "
                           "{} (old-binary-on-new-schema)",
                           from, to.schema);
    case InPlace::unsafe:
        break;
    }
    return fmt::format("no order is safe: servers of schema {} break on {} "
                       "(old-binary-on-new-schema), version {} breaks on {} "
                       "(new-binary-on-old-schema)",
                       from, to.schema, to.version.text(), from);
}

Verdict verdict(const suite::Manifest& to, const ClusterFacts& facts) {
    const engine::Version from = engine::Version::parse(facts.version);
    if (to.version < from && to.schema != facts.schema)
        throw Error(fmt::format("version {} over {} goes back from schema {} to {}",
                                to.version.text(), from.text(), facts.schema, to.schema),
                    Kind::refused)
            .remedy("an older version needs a new network and a restored backup");
    if (!reaches(to, facts.schema))
        throw no_way(facts.schema, to, {});
    Verdict verdict;
    auto no = [&verdict](std::string reason) {
        verdict.rolling = false;
        verdict.reasons.push_back(std::move(reason));
    };
    if (servers_of(facts).size() < 2)
        no("there is one server only: while it is stopped nobody serves");
    if (!to.balancing)
        no("the manifest names no balancer, so no server can be drained");
    else if (std::none_of(facts.nodes.begin(), facts.nodes.end(), [&](const NodeView& node) {
                 return node.row.has(to.balancing->component);
             }))
        no("no balancer is registered, so no server can be drained");
    verdict.alone = verdict.reasons;
    verdict.in_place = in_place_order(to, facts.schema);
    if (!to.database.engines.contains(datasource::Kind::sqlite))
        no("the suite has no migrations for SQLite, so it cannot serve from a copy");
    for (const Finding& obstacle : facts.copy_obstacles)
        if (obstacle.severity == Severity::error) // a warning is told, and forbids nothing
            no(to_line(obstacle));
    return verdict;
}

namespace {

// The first command of the productive database's migration; "": it is SQL throughout.
std::string command_on_way(const suite::Manifest& to, const ClusterFacts& facts) {
    const auto engine = to.database.engines.find(facts.kind);
    if (engine == to.database.engines.end())
        return "";
    try {
        for (const datasource::Migration& step :
             datasource::path(engine->second.migrations, facts.schema, to.schema))
            for (const datasource::MigrationPart& part : step.run)
                if (!part.argv.empty())
                    return part.name;
    } catch (const Error&) {
        // No way: verdict() has told.
    }
    return "";
}

} // namespace

std::vector<Finding> preflight(const suite::Manifest& to, const ClusterFacts& facts,
                               UpgradeMode mode) {
    std::vector<Finding> findings;
    for (const NodeView& node : facts.nodes) {
        const std::string& name = node.row.name;
        if (!node.facts) {
            findings.push_back(
                {"node-silent", Severity::error,
                 fmt::format("{} does not answer: {}", name, node.unreachable),
                 "every registered node's agent",
                 fmt::format("start it (locum agent start), or remove it: locum node remove {}",
                             name)});
            continue;
        }
        if (!node.unwell.empty())
            findings.push_back({"node-unwell", Severity::error,
                                fmt::format("{}: {}", name, node.unwell),
                                "all probes of every node pass",
                                "see its log, or remove it: locum node remove " + name});
        if (node.facts->mode == cluster::Mode::update)
            findings.push_back({"update-mode", Severity::error, name + " is in update mode",
                                "all servers in normal mode", "locum upgrade resume"});
    }
    // Else every join and every modification would be refused for ever after.
    std::vector<cluster::NodeRow> rows;
    for (const NodeView& node : facts.nodes)
        rows.push_back(node.row);
    if (const std::string all = cluster::mixed(to, rows); !all.empty())
        findings.push_back({"topology", Severity::error, fmt::format("{} in the cluster", all),
                            "components of one topology of version " + to.version.text() + ": " +
                                suite::topologies_text(to),
                            "locum modify, to components of one topology; or ask the vendor for a "
                            "version that has this one"});
    for (Finding& finding : requirement_findings(to, facts, mode))
        findings.push_back(std::move(finding));
    if (const std::string command = command_on_way(to, facts); !command.empty())
        findings.push_back(
            {"migration-command", Severity::warning,
             fmt::format("migration by a command: not in one transaction ({})", command),
             "SQL, of which nothing is left when it fails",
             "if it fails half-way, go on with locum upgrade resume, or restore the "
             "backup that is made before"});
    findings.insert(findings.end(), facts.coordinator.begin(), facts.coordinator.end());
    if (mode == UpgradeMode::rolling)
        findings.insert(findings.end(), facts.copy_obstacles.begin(), facts.copy_obstacles.end());
    if (to.version == engine::Version::parse(facts.version))
        findings.push_back({"same-version", Severity::warning,
                            "the cluster runs " + facts.version + " already", "a newer version",
                            "nothing is to be done"});
    return findings;
}

} // namespace locum::upgrade
