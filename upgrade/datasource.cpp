#include "upgrade/datasource.hpp"

#include "cluster/departure.hpp"
#include "cluster/epoch.hpp"
#include "cluster/installed.hpp"
#include "cluster/lease.hpp"
#include "cluster/operations.hpp"
#include "datasource/identity.hpp"
#include "engine/error.hpp"
#include "engine/failpoint.hpp"
#include "engine/runner.hpp"
#include "platform/hash.hpp"
#include "platform/journal_file.hpp"
#include "platform/lock.hpp"
#include "upgrade/datasource_rules.hpp"
#include "upgrade/steps/balance.hpp"
#include "upgrade/steps/datasource.hpp"
#include "upgrade/steps/node.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::upgrade {

using cluster::NamedDatasource;
using engine::Error;
using engine::Kind;
using engine::OnFailure;

namespace {

using Leases = std::vector<std::unique_ptr<cluster::Lease>>;

// A database that servers were configured for, and that is left for another one.
struct Left {
    NamedDatasource datasource;
    std::string fingerprint;
    ReachedDatabase reached;
    std::uint64_t epoch = 0; // of the lease in it
    bool answers() const { return reached.unreachable.empty(); }
};

// What the plan is made for, and all that its steps refer to.
class Change {
public:
    explicit Change(const DatasourceRequest& request) :
        state_(cluster::load_node_state(request.layout)),
        next_(cluster::datasource_named(request.layout, request.name)) {
        const suite::Manifest manifest =
            cluster::InstalledVersion(request.layout, state_.version).manifest();
        const ReachedDatabase reached =
            reach_database(next_.settings, request.layout.suite, manifest);
        if (request.found)
            request.found(reached.lacks);
        require_fit(next_, reached, state_.cluster_id, manifest);
        deactivated_ = reached.deactivated;
        wanted_ = {next_.name, cluster::fingerprint(request.layout, next_.settings),
                   datasource::place(next_.settings), reached.identity};
        upgrade_.layout = request.layout;
        upgrade_.node = state_.name;
        upgrade_.settings = next_.settings;
        upgrade_.data_folder = state_.data_folder;
        upgrade_.from = state_.version;
        upgrade_.to = manifest;
        upgrade_.operation = "datasource-" + platform::hex(platform::random_bytes(6));
        upgrade_.again = "locum datasource activate " + next_.name;
        upgrade_.back = "";
        conductor_ = std::make_unique<Conductor>(upgrade_);
        // The others' agents answer it no more, and healthy servers would seem to be gone.
        cluster::require_not_removed(conductor_->store(), request.layout, state_);
        look_at_servers(reached.nodes);
        look_at_left();
        if (left_.empty())
            return;
        require_stopped(servers_, fmt::format("{} is another database, and what some write to "
                                              "the old one meanwhile would be lost",
                                              next_.name));
        for (const Left& left : left_)
            if (left.answers())
                require_may_leave(left.datasource.name, left.reached, next_.name, reached.nodes);
    }
    Change(const Change&) = delete; // the plan refers to all of it
    Change& operator=(const Change&) = delete;

    // The next datasource's, and that of each database that is left. The next one's epoch is
    // greater than any that an agent has seen, which a dump or a replica may be behind.
    Leases take_leases() const {
        const std::string purpose = "datasource " + next_.name;
        std::uint64_t seen = 0;
        for (const ServerView& server : servers_)
            seen = std::max(seen, server.epoch);
        const auto take = [&](const NamedDatasource& one) {
            return std::make_unique<cluster::Lease>(one.settings, upgrade_.layout.suite, purpose);
        };
        Leases leases;
        leases.push_back(take(next_));
        if (leases.front()->epoch() <= seen) {
            leases.clear();
            cluster::raise_epoch(next_.settings, upgrade_.layout.suite, seen);
            leases.push_back(take(next_));
        }
        for (const Left& left : left_)
            if (left.answers())
                leases.push_back(take(left.datasource));
        return leases;
    }
    void act_under(const Leases& leases) {
        auto lease = leases.begin();
        upgrade_.epoch = (*lease++)->epoch();
        for (Left& left : left_) {
            if (!left.answers())
                continue;
            if (lease == leases.end())
                throw changed_meanwhile();
            left.epoch = (*lease++)->epoch();
        }
        if (lease != leases.end())
            throw changed_meanwhile();
    }
    const std::string& operation() const { return upgrade_.operation; }

    engine::Plan plan() {
        engine::Plan plan;
        plan.title = fmt::format("activate the datasource {} ({})", next_.name,
                                 left_.empty() ? "the same database" : "another database");
        for (const Left& left : left_)
            if (left.answers())
                plan.add(steps::leave_database(upgrade_.layout,
                                               "cluster/leave-" + left.datasource.name,
                                               left.datasource, left.epoch),
                         OnFailure::undo_all);
        if (!left_.empty())
            for (const ServerView& server : servers_)
                // Not in the server's group: one that does not start keeps what the others have.
                use(plan, "datasource/" + server.row.name, server.row.name, OnFailure::undo_all);
        if (!deactivated_.empty())
            plan.add(steps::reactivate(*conductor_, "cluster/reactivate", deactivated_),
                     OnFailure::undo_all);
        for (const Turn& turn : turns_of(servers_, wanted_, state_.name, balancers_run_))
            take_turn(plan, turn);
        return plan;
    }

    std::vector<std::string> notes() const {
        std::vector<std::string> notes;
        for (const Left& left : left_) {
            if (left.answers())
                notes.push_back(fmt::format("the database of {} is deactivated; see that nothing "
                                            "else writes to it any more",
                                            left.datasource.name));
            else
                notes.push_back(fmt::format(
                    "the database of {} cannot be compared ({}): whether it knows other nodes "
                    "than these; see that nothing writes to it any more",
                    left.datasource.name, left.reached.unreachable));
        }
        if (!left_.empty())
            notes.push_back(
                "the servers are stopped; each starts when all of them have the new settings");
        else if ((servers_.size() == 1 || !balancers_run_) && any_runs())
            notes.push_back("a server is not there for a moment while it is restarted");
        return notes;
    }

private:
    void look_at_servers(const std::vector<cluster::NodeRow>& nodes) {
        servers_ = ask_servers(nodes, conductor_->peers(), upgrade_.to);
        require_answers(servers_);
        require_normal(servers_);
        require_one_meaning(servers_, wanted_);
        balancers_run_ = balancers_run(nodes, conductor_->peers(), upgrade_.to);
        for (ServerView& server : servers_)
            server.in_rotation = balancers_run_ && steps::in_rotation(*conductor_, server.row.name);
    }

    // Each database that servers were configured for. This host knows its settings, by the name
    // that the server has for it.
    void look_at_left() {
        for (const ServerView& server : servers_) {
            if (same_database(server, wanted_) || any_left([&server](const Left& left) {
                    return left.fingerprint == server.fingerprint;
                }))
                continue;
            Left left{known_as(server), server.fingerprint, {}};
            left.reached =
                reach_database(left.datasource.settings, upgrade_.layout.suite, upgrade_.to);
            require_same_sight(server, left.reached.identity);
            if (!left.answers() && !server.identity.empty())
                throw Error(fmt::format("{} reaches the database of {}, and this host does not: {}",
                                        server.row.name, left.datasource.name,
                                        left.reached.unreachable),
                            Kind::refused)
                    .remedy(left.reached.remedy);
            // Nothing can be marked there, and no server of this cluster starts on it.
            if (left.answers() && left.reached.cluster != state_.cluster_id)
                left.reached.unreachable = "it holds no registry of this cluster";
            const bool known =
                left.answers() &&
                (left.reached.identity == wanted_.identity || any_left([&left](const Left& other) {
                     return other.reached.identity == left.reached.identity;
                 }));
            if (!known)
                left_.push_back(std::move(left));
        }
    }
    bool any_left(const std::function<bool(const Left&)>& which) const {
        return std::any_of(left_.begin(), left_.end(), which);
    }
    NamedDatasource known_as(const ServerView& server) const {
        const auto same = [&](const NamedDatasource& one) {
            return cluster::fingerprint(upgrade_.layout, one.settings) == server.fingerprint;
        };
        std::vector<NamedDatasource> known = cluster::kept_datasources(upgrade_.layout);
        known.push_back(cluster::active_datasource(upgrade_.layout));
        const auto found = std::find_if(known.begin(), known.end(), same);
        if (found == known.end())
            throw Error(fmt::format("{} is configured for the datasource {} ({}), another "
                                    "database, whose settings this host does not know",
                                    server.row.name, server.datasource, server.place),
                        Kind::refused)
                .remedy(fmt::format("run the command on {} or where it was begun, or add that one "
                                    "here: locum datasource add NAME",
                                    server.row.name));
        return *found;
    }
    static Error changed_meanwhile() {
        return Error("the cluster was changed at the same moment", Kind::busy)
            .remedy("the same command again");
    }

    bool any_runs() const {
        return std::any_of(servers_.begin(), servers_.end(),
                           [](const ServerView& server) { return server.runs; });
    }
    const cluster::NodeRow& row_of(const std::string& name) const {
        return std::find_if(servers_.begin(), servers_.end(),
                            [&name](const ServerView& server) { return server.row.name == name; })
            ->row;
    }

    void use(engine::Plan& plan, const std::string& step, const std::string& node,
             OnFailure on_failure) {
        plan.add(steps::use_datasource(*conductor_, step, node, next_), on_failure);
    }

    void take_turn(engine::Plan& plan, const Turn& turn) {
        const std::string& name = turn.node;
        const auto add = [&plan](engine::Step step) {
            plan.add(std::move(step), OnFailure::undo_group_then_stop);
        };
        if (turn.drain)
            add(steps::drain(*conductor_, name + "/drain", name, *turn.drain));
        if (turn.restart)
            restart(plan, row_of(name));
        if (turn.undrain)
            add(steps::undrain(*conductor_, name + "/undrain", name,
                               turn.drain.value_or(steps::Others::may_stop),
                               steps::IfSilent::begin_nothing));
    }

    void restart(engine::Plan& plan, const cluster::NodeRow& row) {
        const std::string& name = row.name;
        const auto add = [&plan](engine::Step step) {
            plan.add(std::move(step), OnFailure::undo_group_then_stop);
        };
        const std::vector<std::string> components = working_components(row, upgrade_.to);
        if (left_.empty()) {
            for (auto one = components.rbegin(); one != components.rend(); ++one)
                add(steps::stop(*conductor_, fmt::format("{}/stop-{}", name, *one), name, *one,
                                upgrade_.from));
            use(plan, name + "/datasource", name, OnFailure::undo_group_then_stop);
        }
        for (const std::string& component : components)
            add(steps::start(*conductor_, fmt::format("{}/start-{}", name, component), name,
                             component));
    }

    cluster::NodeState state_;
    NamedDatasource next_;
    WantedDatasource wanted_;
    std::string deactivated_;
    std::vector<ServerView> servers_;
    bool balancers_run_ = false;
    std::vector<Left> left_; // none: the same database
    Upgrade upgrade_;
    std::unique_ptr<Conductor> conductor_;
};

} // namespace

Activating activating_of(const DatasourceRequest& request) {
    Change change(request);
    const engine::Plan plan = change.plan();
    return {plan.title, engine::describe(plan), change.notes()};
}

bool activate(const DatasourceRequest& request, engine::Reporter& reporter) {
    const platform::Lock held =
        platform::Lock::take(request.layout.state_file("host.lock"), "datasource");
    const Leases leases = Change(request).take_leases();
    Change change(request); // another may have changed the cluster before the lease was held
    change.act_under(leases);
    const engine::Plan plan = change.plan();
    if (plan.steps.empty())
        return false;
    for (const std::string& note : change.notes())
        reporter.note(note);
    platform::JournalFile journal(request.layout.state_file("journal"));
    engine::run(plan,
                {change.operation(), leases.front()->epoch(), platform::sha256_hex(plan.title),
                 request.cancelled,
                 [&leases] {
                     return std::any_of(leases.begin(), leases.end(),
                                        [](const auto& lease) { return lease->lost(); });
                 }},
                journal, reporter);
    return true;
}

bool deactivate(const DatasourceRequest& request) {
    const NamedDatasource active = cluster::active_datasource(request.layout);
    if (active.name != request.name)
        throw Error(fmt::format("{} is not active; {} is", request.name, active.name),
                    Kind::refused)
            .remedy("one that is not active needs no deactivation: locum datasource list");
    const cluster::NodeState state = cluster::load_node_state(request.layout);
    const suite::Manifest manifest =
        cluster::InstalledVersion(request.layout, state.version).manifest();
    const cluster::Lease lease(active.settings, request.layout.suite,
                               "deactivation of " + active.name);
    cluster::Store store(active.settings, request.layout.suite);
    cluster::require_not_removed(store, request.layout, state);
    cluster::Registry registry(store);
    if (const auto open = cluster::Operations(store).open())
        throw Error(fmt::format("operation {} is open", open->id), Kind::busy)
            .remedy("end it first: locum upgrade resume, or locum upgrade rollback");
    const auto set = [&](const std::string& value) {
        store.transaction([&] {
            cluster::lock_epoch(store.connection(), store.prefix(), lease.epoch());
            registry.set_fact(cluster::fact::deactivated, value);
        });
    };
    const auto require_none_runs = [&] {
        const std::vector<ServerView> servers =
            ask_servers(registry.nodes(), cluster::Peers(request.layout), manifest);
        require_answers(servers);
        require_stopped(servers, active.name + " is what they work on");
    };
    require_none_runs(); // also where it is said already, by a run that was cut off behind that
    if (!registry.fact(cluster::fact::deactivated).empty())
        return false;
    engine::failpoint("datasource/deactivate");
    set(active.name);
    try {
        require_none_runs(); // one may have been started before it was said
    } catch (const Error&) {
        set("");
        throw;
    }
    return true;
}

} // namespace locum::upgrade
