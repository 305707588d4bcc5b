#include "upgrade/datasource.hpp"

#include "cluster/departure.hpp"
#include "cluster/installed.hpp"
#include "cluster/lease.hpp"
#include "cluster/operations.hpp"
#include "engine/error.hpp"
#include "engine/runner.hpp"
#include "platform/hash.hpp"
#include "platform/journal_file.hpp"
#include "platform/lock.hpp"
#include "upgrade/steps/balance.hpp"
#include "upgrade/steps/datasource.hpp"
#include "upgrade/steps/node.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::upgrade {

using cluster::NamedDatasource;
using engine::Error;
using engine::Kind;
using engine::OnFailure;

namespace {

// Another way to the same database (address, accounts, passwords), or another database.
enum class Target { same_database, other_database };

// Both cannot be asked where the old one is gone, or its passwords are: then the names decide.
Target target_of(const datasource::Settings& from, const datasource::Settings& to,
                 const ReachedDatabase& old, const ReachedDatabase& next) {
    if (old.why_not.empty())
        return old.identity == next.identity ? Target::same_database : Target::other_database;
    const bool named_alike = from.kind == to.kind && from.host == to.host && from.port == to.port &&
                             from.database == to.database && from.file == to.file;
    return named_alike ? Target::same_database : Target::other_database;
}

std::string names_of(const std::vector<ServerView>& servers,
                     const std::function<bool(const ServerView&)>& which) {
    std::vector<std::string> names;
    for (const ServerView& server : servers)
        if (which(server))
            names.push_back(server.row.name);
    return fmt::format("{}", fmt::join(names, ", "));
}

void require_answers(const std::vector<ServerView>& servers) {
    for (const ServerView& server : servers)
        if (!server.facts)
            throw Error(fmt::format("{} cannot be asked: {}", server.row.name, server.unreachable),
                        Kind::refused)
                .remedy(fmt::format("start its agent, or, where it is gone: locum node remove {}",
                                    server.row.name));
}

void require_stopped(const std::vector<ServerView>& servers, const std::string& why) {
    const std::string running =
        names_of(servers, [](const ServerView& server) { return server.runs; });
    if (!running.empty())
        throw Error(fmt::format("servers run on {}; {}", running, why), Kind::refused)
            .remedy("stop each: locum node stop NAME; where the database is away, on its host: "
                    "locum node stop --emergency");
}

// What the plan is made for, and all that its steps refer to.
class Change {
public:
    explicit Change(const DatasourceRequest& request) :
        state_(cluster::load_node_state(request.layout)),
        before_(cluster::active_datasource(request.layout)),
        next_(cluster::datasource_named(request.layout, request.name)), peers_(request.layout) {
        const suite::Manifest manifest =
            cluster::InstalledVersion(request.layout, state_.version).manifest();
        const ReachedDatabase reached =
            reach_database(next_.settings, request.layout.suite, manifest);
        require_fit(next_, reached, state_.cluster_id, manifest);
        if (before_.name != next_.name)
            target_ = target_of(before_.settings, next_.settings,
                                reach_database(before_.settings, request.layout.suite, manifest),
                                reached);
        deactivated_ = reached.deactivated;
        cluster::Store store(next_.settings, request.layout.suite);
        // The others' agents answer it no more, and healthy servers would seem to be gone.
        cluster::require_not_removed(store, request.layout, state_);
        servers_ = ask_servers(cluster::Registry(store).nodes(), peers_, manifest);
        require_answers(servers_);
        if (target_ == Target::other_database)
            require_stopped(servers_, fmt::format("{} is another database, and what some write to "
                                                  "the old one meanwhile would be lost",
                                                  next_.name));
        // This node last: its file says what there is to be done still.
        std::stable_partition(servers_.begin(), servers_.end(), [this](const ServerView& server) {
            return server.row.name != state_.name;
        });
        upgrade_.layout = request.layout;
        upgrade_.node = state_.name;
        upgrade_.settings = next_.settings;
        upgrade_.data_folder = state_.data_folder;
        upgrade_.from = state_.version;
        upgrade_.to = manifest;
        upgrade_.operation = "datasource-" + platform::hex(platform::random_bytes(6));
        upgrade_.again = "locum datasource activate " + next_.name;
        upgrade_.back = "";
    }
    Change(const Change&) = delete; // the plan refers to all of it
    Change& operator=(const Change&) = delete;

    // The next datasource's: the same row where it is the same database.
    std::unique_ptr<cluster::Lease> take_lease() const {
        return std::make_unique<cluster::Lease>(next_.settings, upgrade_.layout.suite,
                                                "datasource " + next_.name);
    }
    void act_under(const cluster::Lease& lease) { upgrade_.epoch = lease.epoch(); }
    const std::string& operation() const { return upgrade_.operation; }

    engine::Plan plan() {
        conductor_ = std::make_unique<Conductor>(upgrade_);
        engine::Plan plan;
        plan.title = fmt::format("activate the datasource {} ({})", next_.name,
                                 target_ == Target::same_database ? "the same database"
                                                                  : "another database");
        const bool all_so = std::none_of(servers_.begin(), servers_.end(),
                                         [this](const ServerView& one) { return !so(one); });
        if (all_so && deactivated_.empty())
            return plan;
        if (!deactivated_.empty())
            plan.add(steps::reactivate(*conductor_, "cluster/reactivate", deactivated_),
                     OnFailure::undo_all);
        if (target_ == Target::other_database)
            for (const ServerView& server : servers_)
                use(plan, server, OnFailure::undo_all);
        for (const ServerView& server : servers_)
            if (!so(server) || !deactivated_.empty())
                restart(plan, server);
        return plan;
    }

    std::vector<std::string> notes() const {
        if (target_ == Target::other_database)
            return {"the servers are stopped; each starts when all of them have the new settings",
                    fmt::format("see that nothing else writes to the database of {} any more",
                                before_.name)};
        if (!deactivated_.empty())
            return {};
        if (!drained())
            return {"the server is not there for a moment while it is restarted"};
        return {};
    }

private:
    bool so(const ServerView& server) const {
        return server.runs && !server.row.out &&
               server.fingerprint == cluster::fingerprint(upgrade_.layout, next_.settings);
    }
    bool drained() const {
        return servers_.size() > 1 && upgrade_.to.balancing && target_ == Target::same_database &&
               deactivated_.empty();
    }

    void use(engine::Plan& plan, const ServerView& server, OnFailure on_failure) {
        const std::string& name = server.row.name;
        plan.add(steps::use_datasource(*conductor_, name + "/datasource", name, next_), on_failure);
    }

    void restart(engine::Plan& plan, const ServerView& server) {
        const std::string& name = server.row.name;
        const auto add = [&plan](engine::Step step) {
            plan.add(std::move(step), OnFailure::undo_group_then_stop);
        };
        std::vector<std::string> components = working_components(server.row, upgrade_.to);
        if (drained())
            add(steps::drain(*conductor_, name + "/drain", name, steps::Others::must_serve));
        if (target_ == Target::same_database) {
            for (auto one = components.rbegin(); one != components.rend(); ++one)
                add(steps::stop(*conductor_, fmt::format("{}/stop-{}", name, *one), name, *one,
                                upgrade_.from));
            use(plan, server, OnFailure::undo_group_then_stop);
        }
        for (const std::string& component : components)
            add(steps::start(*conductor_, fmt::format("{}/start-{}", name, component), name,
                             component));
        if (drained())
            add(steps::undrain(*conductor_, name + "/undrain", name, steps::Others::must_serve,
                               steps::IfSilent::begin_nothing));
    }

    cluster::NodeState state_;
    NamedDatasource before_;
    NamedDatasource next_;
    cluster::Peers peers_;
    Target target_ = Target::same_database;
    std::string deactivated_;
    std::vector<ServerView> servers_;
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
    const std::unique_ptr<cluster::Lease> lease = Change(request).take_lease();
    Change change(request); // another may have changed the cluster before the lease was held
    change.act_under(*lease);
    const engine::Plan plan = change.plan();
    if (plan.steps.empty())
        return false;
    platform::JournalFile journal(request.layout.state_file("journal"));
    engine::run(plan,
                {change.operation(), lease->epoch(), platform::sha256_hex(plan.title),
                 request.cancelled, [&lease] { return lease->lost(); }},
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
    if (!registry.fact(cluster::fact::deactivated).empty())
        return false;
    const std::vector<ServerView> servers =
        ask_servers(registry.nodes(), cluster::Peers(request.layout), manifest);
    require_answers(servers);
    require_stopped(servers, active.name + " is what they work on");
    store.transaction([&] {
        cluster::lock_epoch(store.connection(), store.prefix(), lease.epoch());
        registry.set_fact(cluster::fact::deactivated, active.name);
    });
    return true;
}

} // namespace locum::upgrade
