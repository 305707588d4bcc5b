#include "upgrade/coordinator.hpp"

#include "engine/error.hpp"
#include "platform/hash.hpp"
#include "upgrade/session.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::upgrade {

using engine::Error;
using engine::Kind;

namespace {

// --mode auto never means a downtime that was not asked for.
UpgradeMode choose(WantedMode wanted, const Verdict& verdict) {
    if (wanted == WantedMode::short_downtime)
        return UpgradeMode::short_downtime;
    if (!verdict.rolling)
        throw Error(fmt::format("downtime needed: {}", fmt::join(verdict.reasons, "; ")),
                    Kind::downtime_needed)
            .remedy("plan a short downtime, then: locum upgrade run BUNDLE --mode short-downtime");
    return UpgradeMode::rolling;
}

engine::Plan make_plan(Conductor& conductor, UpgradeMode mode, const Order& order) {
    return mode == UpgradeMode::rolling ? rolling_plan(conductor, order)
                                        : short_downtime_plan(conductor, order);
}

std::string nothing_to_do(const Upgrade& upgrade) {
    return fmt::format("the cluster runs {} already: nothing to do", upgrade.version());
}

std::string joined(const std::vector<std::string>& all) {
    return fmt::format("{}", fmt::join(all, "\n"));
}

// The open operation's plan, rebuilt from its inputs by whichever node goes on with it.
struct Continuation {
    Session session;
    cluster::Operation operation;
    Inputs inputs;
    cluster::Lease lease;
    Upgrade upgrade;
    Conductor conductor;
    engine::Plan plan;
    engine::Run run;
    std::string schema; // of the productive database

    static cluster::Operation require_open(Session& session) {
        std::optional<cluster::Operation> open = session.open_operation();
        if (!open)
            throw Error("no operation is open", Kind::usage).remedy("locum upgrade status");
        return *open;
    }

    Continuation(const Request& request, const std::string& purpose) :
        session(request.layout), operation(require_open(session)),
        inputs(inputs_from_json(operation.inputs)),
        lease(session.settings(), request.layout.suite, purpose),
        upgrade(session.upgrade(request.bundle, inputs.to)), conductor(upgrade) {
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
        const ClusterFacts facts = session.facts(upgrade.manifest());
        const std::vector<std::string> servers = server_order(
            cluster::RegistryJournal(session.store()), operation.id, facts, inputs.servers);
        plan = make_plan(conductor, inputs.mode, order_of(facts, upgrade.manifest(), servers));
        schema = facts.schema;
        run = {operation.id, lease.epoch(), operation.input_hash, request.cancelled,
               [this] { return lease.lost(); }};
    }
};

} // namespace

Forecast forecast(const Request& request) {
    Session session(request.layout);
    Upgrade upgrade = session.upgrade(request.bundle, std::nullopt);
    const ClusterFacts facts = session.facts(upgrade.manifest());
    Forecast forecast;
    if (upgrade.manifest_sha256 == facts.manifest) {
        forecast.title = nothing_to_do(upgrade);
        return forecast;
    }
    forecast.verdict = verdict(upgrade.manifest(), facts);
    forecast.mode = choose(request.mode, forecast.verdict);
    forecast.findings =
        engine::demoted(preflight(upgrade.manifest(), facts, forecast.mode), request.ignored);
    Conductor conductor(upgrade);
    const engine::Plan plan =
        make_plan(conductor, forecast.mode, order_of(facts, upgrade.manifest(), servers_of(facts)));
    forecast.title = plan.title;
    forecast.plan = engine::describe(plan);
    return forecast;
}

void run(const Request& request, engine::Reporter& reporter) {
    Session session(request.layout);
    if (std::optional<cluster::Operation> open = session.open_operation())
        throw Error(fmt::format("operation {} ({}) is open: {}", open->id, name(open->state),
                                open->message),
                    Kind::busy)
            .remedy("locum upgrade resume, or locum upgrade rollback");
    Upgrade upgrade = session.upgrade(request.bundle, std::nullopt);
    cluster::Lease lease(session.settings(), request.layout.suite,
                         "upgrade to " + upgrade.version());
    const ClusterFacts facts = session.facts(upgrade.manifest());
    const UpgradeMode mode = choose(request.mode, verdict(upgrade.manifest(), facts));
    engine::require_no_errors(
        engine::demoted(preflight(upgrade.manifest(), facts, mode), request.ignored));
    if (upgrade.manifest_sha256 == facts.manifest) {
        reporter.note(nothing_to_do(upgrade));
        return;
    }
    upgrade.operation = "upgrade-" + platform::hex(platform::random_bytes(6));
    upgrade.epoch = lease.epoch();
    Conductor conductor(upgrade);
    const Order order = order_of(facts, upgrade.manifest(), servers_of(facts));
    const engine::Plan plan = make_plan(conductor, mode, order);

    cluster::Operation operation;
    operation.id = upgrade.operation;
    operation.kind = "upgrade";
    operation.inputs = to_json(Inputs{mode, false, upgrade.old_version(), upgrade.version(),
                                      upgrade.manifest_sha256, order.servers});
    operation.input_hash = platform::sha256_hex(operation.inputs);
    operation.plan = joined(engine::lines(plan));
    operation.plan_hash = platform::sha256_hex(operation.plan);
    cluster::Operations(session.store()).begin(operation);
    drive(session, plan,
          {operation.id, lease.epoch(), operation.input_hash, request.cancelled,
           [&] { return lease.lost(); }},
          Ending::done, plan.title, reporter);
}

void resume(const Request& request, engine::Reporter& reporter) {
    Continuation go(request, "resume");
    if (go.operation.state == cluster::OperationState::rolling_back) {
        drive_back(go.session, go.plan, go.run, reporter);
        return;
    }
    drive(go.session, go.plan, go.run, Ending::done, go.plan.title, reporter);
}

void roll_back(const Request& request, engine::Reporter& reporter) {
    Continuation go(request, "rollback");
    // The world decides, whatever the rebuilt plan says of the migration.
    const cluster::InstalledVersion before(request.layout, go.inputs.from);
    const std::string& target = go.upgrade.manifest().schema;
    if (go.schema == target && before.manifest().schema != target)
        throw Error(
            fmt::format(
                "the productive database has schema {} already, so the upgrade cannot be undone: "
                "version {} needs {}",
                target, go.inputs.from, before.manifest().schema),
            Kind::refused)
            .remedy("locum upgrade resume");
    drive_back(go.session, go.plan, go.run, reporter);
}

} // namespace locum::upgrade
