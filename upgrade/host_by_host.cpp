#include "upgrade/host_by_host.hpp"

#include "engine/error.hpp"
#include "installer/checks.hpp"
#include "platform/hash.hpp"
#include "upgrade/course.hpp"
#include "upgrade/hops.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::upgrade {

using engine::Error;
using engine::Kind;

namespace {

// Servers that are updated (in this operation) first, then this one, then the others.
struct Arrival {
    std::vector<std::string> order;
    std::size_t index = 0; // of this node
    std::vector<std::string> waiting;
    bool last_begun = false; // somebody has begun the part that only the last one goes through
    // All others have begun before it, and are in update mode or on the way back.
    bool last() const { return waiting.empty() && index + 1 == order.size(); }
    std::string next() const {
        return waiting.empty()
                   ? "locum upgrade resume"
                   : fmt::format("locum install BUNDLE on {}", fmt::join(waiting, ", "));
    }
};

Arrival arrival(Session& session, const std::optional<cluster::Operation>& open,
                const ClusterFacts& facts, const std::string& self) {
    const cluster::RegistryJournal journal(session.store());
    const std::string id = open ? open->id : "";
    const auto states = engine::states(journal.records(id));
    auto begun = [&](const std::string& name) {
        for (const auto& [step, state] : states) {
            const std::string_view group = engine::group_of(step);
            if ((group == name || group == name + std::string(last_group)) &&
                (state.begun || state.done))
                return true;
        }
        return false;
    };
    Arrival arrival;
    // Those that have begun come in their own order; this one next, unless it is one of them.
    for (const std::string& name : server_order(journal, id, facts, {self}))
        if (begun(name) || name == self)
            arrival.order.push_back(name);
        else
            arrival.waiting.push_back(name);
    arrival.index = static_cast<std::size_t>(
        std::find(arrival.order.begin(), arrival.order.end(), self) - arrival.order.begin());
    for (const auto& [step, state] : states)
        arrival.last_begun = arrival.last_begun || (engine::group_of(step).ends_with(last_group) &&
                                                    (state.begun || state.done));
    arrival.order.insert(arrival.order.end(), arrival.waiting.begin(), arrival.waiting.end());
    return arrival;
}

void require_server(const cluster::NodeState& node, const suite::Manifest& manifest) {
    for (const std::string& name : node.components)
        if (const suite::Component* component = manifest.component(name);
            component && component->role == suite::Role::server)
            return;
    throw Error(
        fmt::format("{} has no server; balancers and consoles follow the last server by themselves",
                    node.name),
        Kind::refused)
        .remedy("run it on the hosts with a server: locum node list");
}

// One host's turn: what is open, who has been here before, and the plan that follows.
struct Visit {
    enum class Purpose { to_plan, to_do }; // a plan needs no lease
    Session session;
    Upgrade upgrade;
    std::optional<cluster::Operation> open;
    Inputs inputs;
    std::optional<cluster::Lease> lease;
    Arrival here;
    std::optional<Conductor> conductor;
    engine::Plan plan;
    std::vector<engine::Finding> findings;

    Part part() const { return {plan.title, engine::describe(plan), findings}; }

    Visit(const installer::Installation& installation, Purpose purpose,
          const std::vector<std::string>& ignored, const Found& found) :
        session(installation.layout) {
        const cluster::NodeState& node = *installation.facts.node;
        require_server(node, installation.manifest());
        upgrade = session.upgrade(installation.bundle.file(), std::nullopt);
        if (purpose == Purpose::to_do)
            lease.emplace(session.settings(), installation.layout.suite, "install on " + node.name);
        take_up_open();
        const ClusterFacts facts =
            open ? session.facts(upgrade.manifest()) : session.facts_before(upgrade.manifest());
        here = arrival(session, open, facts, node.name);
        if (!open)
            decide(facts, carried_by(installation.bundle), ignored, found);
        else if (here.last_begun && !here.last())
            throw Error(fmt::format("operation {} ({}) is past {}'s part: its last server brings "
                                    "all back",
                                    open->id, name(open->state), node.name),
                        Kind::unfinished)
                .remedy("locum upgrade resume");
        upgrade.epoch = lease ? lease->epoch() : 0;
        upgrade.operation = open ? open->id : "upgrade-" + platform::hex(platform::random_bytes(6));
        conductor.emplace(upgrade);
        const SchemaState schema = schema_state(*conductor, inputs);
        require_a_part(schema);
        if (open)
            require_migration_goes_on(*conductor, cluster::RegistryJournal(session.store()));
        // One whose turn was cut off may answer as the new one already.
        const Order order = order_of(facts, upgrade.manifest(), here.order,
                                     open ? all_agents(facts, upgrade.manifest())
                                          : older_agents(facts, upgrade.manifest()));
        plan = inputs.mode == UpgradeMode::short_downtime ? short_downtime_plan(*conductor, order)
               : here.last()                              ? last_server_plan(*conductor, order)
                             : one_server_plan(*conductor, order, here.index);
        if (open && inputs.mode != UpgradeMode::short_downtime && here.order.size() == 1)
            require_not_stopped(cluster::RegistryJournal(session.store()), open->id, plan,
                                node.name, may_go_back(schema, inputs, upgrade.manifest()));
    }
    Visit(const Visit&) = delete; // the plan refers to the conductor, that to the upgrade
    Visit& operator=(const Visit&) = delete;

private:
    // Under the lease, so that what is read here stays so.
    void take_up_open() {
        open = session.open_operation();
        inputs = {UpgradeMode::rolling,    true, upgrade.old_version(), upgrade.version(),
                  upgrade.manifest_sha256, {}};
        if (!open)
            return;
        const Inputs begun = inputs_from_json(open->inputs);
        if (!begun.host_by_host || begun.manifest != inputs.manifest)
            throw Error(fmt::format("operation {} ({}) is open: {}", open->id, name(open->state),
                                    open->message),
                        Kind::busy)
                .remedy("locum upgrade resume, or locum upgrade rollback");
        if (open->state == cluster::OperationState::rolling_back)
            throw Error(
                fmt::format("operation {} is being rolled back: {}", open->id, open->message),
                Kind::busy)
                .remedy("locum upgrade rollback");
        inputs = begun;
        upgrade.from = begun.from;
    }

    // Throws Error(unfinished) where no host has one any more: all return from their copies.
    void require_a_part(const SchemaState& schema) {
        if (open &&
            only_returns(cluster::RegistryJournal(session.store()), open->id, here.order, schema))
            throw Error(fmt::format("operation {} ({}) has migrated the database, by a server that "
                                    "was removed since: all others come back from their copies",
                                    open->id, name(open->state)),
                        Kind::unfinished)
                .remedy("locum upgrade resume");
    }

    // A host's turn is one upgrade's: where there are to be several, one host runs them all.
    Verdict verdict_here(const ClusterFacts& facts, const Manifests& carried) const {
        const suite::Manifest& to = upgrade.manifest();
        const auto through = hops(engine::Version::parse(facts.version), facts.schema, to, carried);
        if (!through)
            throw no_way(facts.schema, to, carried);
        if (through->empty())
            return verdict(to, facts);
        std::vector<std::string> versions;
        for (const std::size_t index : *through)
            versions.push_back(carried[index]->version.text());
        throw Error(fmt::format("from {} to {} the way is through {}, which no host can go alone",
                                facts.version, to.version.text(), fmt::join(versions, ", ")),
                    Kind::version_between)
            .remedy("upgrade the whole cluster from here: locum upgrade run BUNDLE");
    }

    // Decided once; later hosts go on with what was begun.
    void decide(const ClusterFacts& facts, const Manifests& carried,
                const std::vector<std::string>& ignored, const Found& found) {
        inputs.schema = facts.schema;
        const Verdict possible = verdict_here(facts, carried);
        if (here.order.size() == 1)
            inputs.mode = UpgradeMode::short_downtime; // the only server: no copy is made
        else if (!possible.rolling)
            throw Error(fmt::format("downtime needed: {}", fmt::join(possible.reasons, "; ")),
                        Kind::downtime_needed)
                .remedy("locum upgrade run BUNDLE --mode short-downtime");
        findings = installer::demoted(preflight(upgrade.manifest(), facts, inputs.mode), ignored);
        if (found)
            found(findings);
        engine::require_no_errors(findings);
    }
};

} // namespace

bool part_is_open(const installer::Installation& installation) {
    if (!cluster::load_datasource(installation.layout))
        return false;
    Session session(installation.layout);
    const std::optional<cluster::Operation> open = session.open_operation();
    if (!open)
        return false;
    const Inputs inputs = inputs_from_json(open->inputs);
    return inputs.host_by_host && inputs.manifest == installation.bundle.manifest_sha256();
}

std::string install_newer(const installer::Installation& installation,
                          const std::vector<std::string>& ignored, const Found& found,
                          const std::function<bool()>& cancelled, engine::Reporter& reporter,
                          const std::function<void(const Part&)>& begins) {
    Visit visit(installation, Visit::Purpose::to_do, ignored, found);
    Session& session = visit.session;
    cluster::Operation operation;
    operation.id = visit.upgrade.operation;
    operation.kind = "upgrade";
    operation.inputs = to_json(visit.inputs);
    operation.input_hash =
        visit.open ? visit.open->input_hash : platform::sha256_hex(operation.inputs);
    operation.plan = fmt::format("{}", fmt::join(engine::lines(visit.plan), "\n"));
    operation.plan_hash = platform::sha256_hex(operation.plan);
    if (!visit.open)
        cluster::Operations(session.store()).begin(operation);
    const Arrival& here = visit.here;
    const std::string message = here.last()
                                    ? fmt::format("{0} of {0} servers updated", here.order.size())
                                    : fmt::format("{} of {} servers updated; next: {}",
                                                  here.index + 1, here.order.size(), here.next());
    if (begins)
        begins(visit.part());
    drive(session, visit.plan,
          {operation.id, visit.lease->epoch(), operation.input_hash, cancelled,
           [&] { return visit.lease->lost(); }},
          here.last() ? Ending::done : Ending::stays_open, message, reporter);
    return message;
}

Part part_of(const installer::Installation& installation, const std::vector<std::string>& ignored,
             const Found& found) {
    return Visit(installation, Visit::Purpose::to_plan, ignored, found).part();
}

} // namespace locum::upgrade
