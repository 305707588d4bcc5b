#include "upgrade/hop.hpp"

#include "datasource/migration_command.hpp"
#include "engine/error.hpp"
#include "installer/checks.hpp"
#include "installer/installed_node.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "upgrade/course.hpp"
#include "upgrade/steps/migrate.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::upgrade {

using engine::Error;
using engine::Kind;

namespace {

std::vector<std::string> reasons_for_downtime(const Verdict& verdict, const std::string& in_place) {
    std::vector<std::string> reasons = verdict.reasons;
    if (verdict.alone.empty() && !verdict.can_go_in_place())
        reasons.push_back("in place " + in_place);
    return reasons;
}

// Never a downtime that was not asked for. On copies before in place, unless the schema stays:
// while it is migrated, servers on the productive database wait for its locks, and for how long no
// manifest says.
UpgradeMode choose(std::optional<UpgradeMode> wanted, const Verdict& verdict,
                   const std::string& in_place) {
    if (wanted == UpgradeMode::short_downtime)
        return UpgradeMode::short_downtime;
    const bool may = verdict.can_go_in_place();
    if (wanted == UpgradeMode::in_place) {
        if (may)
            return UpgradeMode::in_place;
        throw Error(fmt::format("not possible in place: {}",
                                verdict.alone.empty()
                                    ? in_place
                                    : fmt::format("{}", fmt::join(verdict.alone, "; "))),
                    Kind::refused)
            .remedy("leave --mode out: locum upgrade run BUNDLE");
    }
    if (!wanted && may && (!verdict.rolling || verdict.in_place == InPlace::servers_only))
        return UpgradeMode::in_place;
    if (verdict.rolling)
        return UpgradeMode::rolling;
    throw Error(fmt::format("downtime needed: {}",
                            fmt::join(reasons_for_downtime(verdict, in_place), "; ")),
                Kind::downtime_needed)
        .remedy("plan a short downtime, then: locum upgrade run BUNDLE --mode short-downtime");
}

// schema: the one that the upgrade began with.
engine::Plan make_plan(Conductor& conductor, UpgradeMode mode, const Order& order,
                       const std::string& schema) {
    switch (mode) {
    case UpgradeMode::rolling:
        return rolling_plan(conductor, order);
    case UpgradeMode::in_place:
        return in_place_plan(conductor, order,
                             in_place_order(conductor.upgrade().manifest(), schema));
    case UpgradeMode::short_downtime:
        break;
    }
    return short_downtime_plan(conductor, order);
}

// The order of servers and schema in this mode, and what makes it safe.
std::string order_and_why(UpgradeMode mode, const suite::Manifest& to, const std::string& from) {
    switch (mode) {
    case UpgradeMode::rolling:
        return fmt::format(
            "servers on copies of schema {}, then the schema, then the servers back: "
            "no server works on a schema that it was not made for",
            to.schema);
    case UpgradeMode::in_place:
        return why(in_place_order(to, from), to, from);
    case UpgradeMode::short_downtime:
        break;
    }
    return "all servers stop, then the schema, then all servers: none runs while it changes";
}

std::string nothing_to_do(const Upgrade& upgrade) {
    return fmt::format("the cluster runs {} already: nothing to do", upgrade.version());
}

std::string joined(const std::vector<std::string>& all) {
    return fmt::format("{}", fmt::join(all, "\n"));
}

// The one that is named, else the one that was sent here for the agent: it may not be unpacked yet.
std::string bundle_at_hand(const Request& request, const Inputs& inputs) {
    const std::string kept = installer::kept_bundle(request.layout, inputs.manifest);
    return request.bundle.empty() && platform::exists(kept) ? kept : request.bundle;
}

// After a hop that others were to follow, when nothing is open.
std::string next_hop(Session& session) {
    const std::optional<cluster::Operation> last = cluster::Operations(session.store()).last();
    if (last && last->kind == "upgrade" && last->state == cluster::OperationState::done)
        if (const Inputs inputs = inputs_from_json(last->inputs); inputs.on_the_way())
            return fmt::format("the cluster runs {}; on to {}: locum upgrade run {}", inputs.to,
                               inputs.carrier->version, inputs.carrier->file);
    return "locum upgrade status";
}

// The open operation's plan, rebuilt from its inputs by whichever node goes on with it, or takes it
// back.
struct Continuation {
    enum class Purpose { resume, rollback };
    Session session;
    cluster::Operation operation;
    Inputs inputs;
    cluster::Lease lease;
    Upgrade upgrade;
    Conductor conductor;
    engine::Plan plan;
    engine::Run run;
    SchemaState schema;
    std::vector<std::string> servers;
    std::vector<std::string> nodes;

    bool rolling_back() const { return operation.state == cluster::OperationState::rolling_back; }
    // What was begun without a downtime has one server left.
    bool others_were_removed() const {
        return servers.size() == 1 && inputs.mode != UpgradeMode::short_downtime &&
               (inputs.host_by_host || inputs.servers.size() > 1);
    }

    static cluster::Operation require_open(Session& session) {
        std::optional<cluster::Operation> open = session.open_operation();
        if (!open)
            throw Error("no operation is open", Kind::usage).remedy(next_hop(session));
        return *open;
    }

    Continuation(const Request& request, Purpose purpose) :
        session(request.layout), operation(require_open(session)),
        inputs(inputs_from_json(operation.inputs)),
        lease(session.settings(), request.layout.suite,
              purpose == Purpose::resume ? "resume" : "rollback"),
        upgrade(session.upgrade(bundle_at_hand(request, inputs), inputs.to)), conductor(upgrade) {
        // Under the lease now: what was read before may have ended meanwhile.
        if (require_open(session).id != operation.id)
            throw Error("the operation ended while its lease was waited for", Kind::busy)
                .remedy("locum upgrade status");
        operation = require_open(session);
        if (upgrade.manifest_sha256 != inputs.manifest)
            throw Error(fmt::format("operation {} upgrades to manifest {}, this bundle has {}",
                                    operation.id, inputs.manifest, upgrade.manifest_sha256),
                        Kind::unfinished)
                .remedy("go on with the bundle that it was begun with");
        upgrade.from = inputs.from;
        upgrade.operation = operation.id;
        upgrade.epoch = lease.epoch();
        upgrade.restored = conductor.registry().fact(cluster::fact::restored) == upgrade.operation;
        const ClusterFacts facts = session.facts(upgrade.manifest());
        schema = schema_state(conductor, inputs);
        const cluster::RegistryJournal journal(session.store());
        const bool back = purpose == Purpose::rollback || rolling_back();
        servers = server_order(journal, operation.id, facts, inputs.servers);
        const std::vector<std::string> agents =
            inputs.host_by_host ? all_agents(facts, upgrade.manifest()) : inputs.agents;
        Order order = order_of(facts, upgrade.manifest(), servers, agents);
        order.last_had_copy = !servers.empty() && had_copy(journal, operation.id, servers.back());
        order.last_is_gone = back ? had_returns(journal, operation.id, servers)
                                  : only_returns(journal, operation.id, servers, schema);
        nodes = order.nodes;
        plan = make_plan(conductor, inputs.mode, order, inputs.schema);
        // What other hosts did in their turns is not taken back since one cannot get the bundle.
        if (inputs.host_by_host)
            for (engine::PlannedStep& planned : plan.steps)
                if (planned.on_failure == engine::OnFailure::undo_all)
                    planned.on_failure = engine::OnFailure::stop;
        if (back)
            add_fences_of_others(plan, conductor, journal);
        run = {operation.id, lease.epoch(), operation.input_hash, request.cancelled,
               [this] { return lease.lost(); }};
    }
};

// The migration is undone by whoever restored the backup; the journal learns of it.
void count_as_restored(Continuation& go) {
    datasource::end_sessions_of_commands(go.upgrade.settings);
    go.schema = schema_state(go.conductor, go.inputs);
    const SchemaState& schema = go.schema;
    cluster::RegistryJournal journal(go.session.store());
    if (schema.found != schema.before)
        throw Error(
            fmt::format("the productive database has schema version {}; expected {}, which it "
                        "had before the migration",
                        schema.found.empty() ? "(none)" : schema.found, schema.before),
            Kind::refused)
            .remedy(with_backup("restore the database, then run the command again",
                                backup_of_before(journal, go.operation.id)));
    go.upgrade.restored = true;
    // First of all: cut off behind this, the operation offers no way forward on that database.
    cluster::Operations(go.session.store())
        .set_state(go.operation.id, go.lease.epoch(), cluster::OperationState::rolling_back, "");
    for (const auto& [step, state] : engine::states(journal.records(go.operation.id)))
        if (steps::is_migration(step) && (state.begun || state.done))
            journal.append({go.operation.id, go.lease.epoch(), step, engine::Mark::undone,
                            go.operation.input_hash, ""});
    go.conductor.under_lease([&] {
        go.conductor.registry().set_fact(cluster::fact::migration, "");
        go.conductor.registry().set_fact(cluster::fact::restored, go.operation.id);
    });
    go.schema.begun.clear();
}

// The world decides, whatever the rebuilt plan says of the migration.
void take_back(Continuation& go, engine::Reporter& reporter) {
    require_way_back(go.schema, go.inputs, go.upgrade.manifest(), !go.rolling_back());
    drive_back(go.session, go.plan, go.run, go.nodes, reporter);
}

} // namespace

Forecast forecast_hop(Upgrade& upgrade, const ClusterFacts& facts, const Request& request) {
    Forecast forecast;
    forecast.from = facts.version;
    forecast.to = upgrade.version();
    if (upgrade.manifest_sha256 == facts.manifest) {
        forecast.title = nothing_to_do(upgrade);
        return forecast;
    }
    const suite::Manifest& to = upgrade.manifest();
    Recalled recalled = recall(request.layout, {facts.version, facts.manifest},
                               {to.version.text(), upgrade.manifest_sha256});
    forecast.rehearsed = std::move(recalled.rehearsed);
    forecast.findings = std::move(recalled.findings);
    try {
        forecast.verdict = verdict(to, facts);
        forecast.way = way_of(forecast.verdict);
        forecast.in_place = why(forecast.verdict.in_place, to, facts.schema);
        forecast.reasons = forecast.way == Way::downtime_needed
                               ? reasons_for_downtime(forecast.verdict, forecast.in_place)
                               : forecast.verdict.reasons;
        forecast.mode = choose(request.mode, forecast.verdict, forecast.in_place);
    } catch (const Error& error) {
        if (error.kind() == Kind::version_between) {
            forecast.way = Way::go_through;
            forecast.reasons = {error.what()};
            forecast.through = to.upgrades_from;
        } else if (error.kind() != Kind::downtime_needed) {
            throw;
        }
        forecast.refused = error;
        return forecast;
    }
    forecast.order = order_and_why(forecast.mode, upgrade.manifest(), facts.schema);
    for (engine::Finding& finding :
         installer::demoted(preflight(upgrade.manifest(), facts, forecast.mode), request.ignored))
        forecast.findings.push_back(std::move(finding));
    Conductor conductor(upgrade);
    const engine::Plan plan = make_plan(conductor, forecast.mode,
                                        order_of(facts, upgrade.manifest(), servers_of(facts),
                                                 older_agents(facts, upgrade.manifest())),
                                        facts.schema);
    forecast.title = plan.title;
    forecast.plan = engine::describe(plan);
    return forecast;
}

bool run_hop(Session& session, const suite::Bundle& bundle, const Request& request,
             const std::optional<Carrier>& carrier, engine::Reporter& reporter) {
    Upgrade upgrade = session.upgrade(bundle);
    const auto held = installer::while_busy(
        request.patience,
        [&] {
            return std::make_unique<cluster::Lease>(session.settings(), request.layout.suite,
                                                    "upgrade to " + upgrade.version());
        },
        [&](const Error& error) { reporter.note(installer::waits(error)); });
    const cluster::Lease& lease = *held;
    const ClusterFacts facts = session.facts_before(upgrade.manifest());
    const Verdict possible = verdict(upgrade.manifest(), facts);
    const UpgradeMode mode =
        choose(request.mode, possible, why(possible.in_place, upgrade.manifest(), facts.schema));
    if (upgrade.manifest_sha256 == facts.manifest) {
        reporter.note(nothing_to_do(upgrade));
        return false;
    }
    const std::vector<engine::Finding> findings =
        installer::demoted(preflight(upgrade.manifest(), facts, mode), request.ignored);
    if (request.found)
        request.found(findings);
    engine::require_no_errors(findings);
    upgrade.operation = "upgrade-" + platform::hex(platform::random_bytes(6));
    upgrade.epoch = lease.epoch();
    Conductor conductor(upgrade);
    const Order order = order_of(facts, upgrade.manifest(), servers_of(facts),
                                 older_agents(facts, upgrade.manifest()));
    const engine::Plan plan = make_plan(conductor, mode, order, facts.schema);

    cluster::Operation operation;
    operation.id = upgrade.operation;
    operation.kind = "upgrade";
    operation.inputs = to_json(Inputs{mode, false, upgrade.old_version(), upgrade.version(),
                                      upgrade.manifest_sha256, order.servers, facts.schema,
                                      order.agents, carrier});
    operation.input_hash = platform::sha256_hex(operation.inputs);
    operation.plan = joined(engine::lines(plan));
    operation.plan_hash = platform::sha256_hex(operation.plan);
    cluster::Operations(session.store()).begin(operation);
    drive(session, plan,
          {operation.id, lease.epoch(), operation.input_hash, request.cancelled,
           [&] { return lease.lost(); }},
          Ending::done, plan.title, reporter);
    return true;
}

bool resume_hop(const Request& request, engine::Reporter& reporter) {
    Continuation go(request, Continuation::Purpose::resume);
    if (go.rolling_back()) {
        take_back(go, reporter);
        return false;
    }
    require_migration_goes_on(go.conductor, cluster::RegistryJournal(go.session.store()));
    if (request.mode != UpgradeMode::short_downtime && go.others_were_removed())
        require_not_stopped(cluster::RegistryJournal(go.session.store()), go.operation.id, go.plan,
                            go.servers.front(),
                            may_go_back(go.schema, go.inputs, go.upgrade.manifest()));
    drive(go.session, go.plan, go.run, Ending::done, go.plan.title, reporter);
    return true;
}

void roll_back_hop(const Request& request, engine::Reporter& reporter) {
    Continuation go(request, Continuation::Purpose::rollback);
    if (go.inputs.carrier)
        reporter.note(fmt::format("only the upgrade from {} to {} is taken back; what came before "
                                  "it stays",
                                  go.inputs.from, go.inputs.to));
    if (request.restored)
        count_as_restored(go);
    take_back(go, reporter);
}

} // namespace locum::upgrade
