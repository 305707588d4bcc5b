#include "upgrade/uninstall.hpp"

#include "cluster/agent.hpp"
#include "cluster/lease.hpp"
#include "engine/error.hpp"
#include "engine/failpoint.hpp"
#include "engine/runner.hpp"
#include "installer/begun.hpp"
#include "installer/resources/folders.hpp"
#include "installer/resources/services.hpp"
#include "platform/hash.hpp"
#include "platform/journal_file.hpp"
#include "platform/lock.hpp"
#include "upgrade/gone.hpp"
#include "upgrade/kept_by_names.hpp"
#include "upgrade/steps/balance.hpp"
#include "upgrade/steps/leave.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::upgrade {

using engine::Error;
using engine::Irreversible;
using engine::Kind;
using engine::NothingToUndo;
using engine::OnFailure;
using engine::Reporter;
using engine::Step;
using engine::Undo;
using installer::Begun;
using installer::InstalledNode;
using installer::Resource;

namespace {

constexpr std::string_view services = "service/";

std::string again(const InstalledNode& node) {
    return "locum uninstall" + node.root_option();
}

Step take_away(const std::string& id, const std::string& verb, const Resource& resource,
               engine::UndoChoice undo) {
    return {id,
            fmt::format("{} {}", verb, resource.says),
            [there = resource.there] { return !there(); },
            nullptr,
            [remove = resource.remove](Reporter& reporter) {
                remove(reporter);
                return std::string();
            },
            nullptr,
            std::move(undo)};
}

// Undone by a start, as long as the node belongs to its cluster.
Step stop_services(const InstalledNode& node, const Resource& resource,
                   const std::string& component) {
    return take_away(resource.id, "stop", resource, Undo{[&node, component](const std::string&) {
                         engine::SilentReporter silent;
                         installer::resources::start(node, component, silent);
                     }});
}

Step remove_resource(const Resource& resource) {
    return take_away("remove/" + resource.id, "remove", resource, NothingToUndo{});
}

// The node as its cluster knows it.
struct Standing {
    std::optional<cluster::NodeRow> row; // nullopt: it is not registered (any more)
    std::vector<cluster::NodeRow> others;
    bool server() const { return row && row->has_role("server"); }
    bool last_server() const {
        return server() && std::none_of(others.begin(), others.end(),
                                        [](const auto& node) { return node.has_role("server"); });
    }
};

Standing standing_of(const InstalledNode& node) {
    Standing standing;
    for (const cluster::NodeRow& row : node.cluster.nodes)
        if (row.name == node.state.name && row.installation == node.state.installation_id)
            standing.row = row;
        else
            standing.others.push_back(row);
    return standing;
}

std::string names_of(const std::vector<cluster::NodeRow>& nodes) {
    std::vector<std::string> names;
    for (const cluster::NodeRow& node : nodes)
        names.push_back(node.name);
    return fmt::format("{}", fmt::join(names, ", "));
}

// What the plan is made for, and all that its steps refer to.
class Departure {
public:
    enum class Purpose { to_plan, to_do }; // a plan needs no lease

    Departure(const UninstallRequest& request, Purpose purpose) :
        request_(request), begun_(Begun::load(request.layout)), node_(look()),
        standing_(standing_of(node_)) {
        require_possible();
        plan_.title = fmt::format("uninstall {} {} from {}", node_.state.suite, node_.state.version,
                                  node_.state.name);
        engine::failpoint("uninstall/looked");
        if (purpose == Purpose::to_do && acts_on_cluster()) {
            lease_.emplace(*node_.datasource, node_.layout.suite,
                           "uninstallation of " + node_.state.name);
            // Another server may have left before it was held: this may be the last now.
            node_ = look();
            standing_ = standing_of(node_);
            require_possible();
        }
        resources_ = installer::inventory(node_, request.purge);
        if (acts_on_cluster())
            open_cluster();
        add_cluster_steps();
        for (auto resource = resources_.rbegin(); resource != resources_.rend(); ++resource)
            if (resource->remove && !resource->id.starts_with(services))
                plan_.add(remove_resource(*resource), OnFailure::stop);
    }
    Departure(const Departure&) = delete; // the plan refers to all of it
    Departure& operator=(const Departure&) = delete;

    const InstalledNode& node() const { return node_; }
    const engine::Plan& plan() const { return plan_; }
    std::vector<std::string> left() const {
        return installer::resources::left_behind(node_, request_.purge);
    }
    std::uint64_t epoch() const { return lease_ ? lease_->epoch() : 0; }
    bool superseded() const { return lease_ && lease_->lost(); }

    std::vector<std::string> consequences() const {
        const std::string& name = node_.state.name;
        std::vector<std::string> all;
        if (node_.cluster.not_member)
            return all;
        if (request_.without_cluster && !standing_.last_server())
            all.push_back(fmt::format("the cluster is not told; on a node with a server: locum "
                                      "node remove {}",
                                      name));
        if (standing_.last_server()) {
            all.push_back(last_server_means());
            return all;
        }
        if (const suite::Manifest* manifest = any_manifest(); manifest && belongs())
            for (std::string& one :
                 noticed_when_gone(*manifest, name, node_.state.components, others()))
                all.push_back(std::move(one));
        return all;
    }

private:
    // With what a modification that was cut off has added, and what it has not removed yet.
    InstalledNode look() const {
        InstalledNode node =
            installer::look_at_node(request_.layout, request_.program, {request_.servers, ""});
        if (!begun_ || begun_->what != Begun::What::modification)
            return node;
        for (const auto* some : {&begun_->change.add, &begun_->change.remove})
            for (const std::string& component : *some)
                if (!node.state.has(component)) {
                    node.state.components.push_back(component);
                    node.version_of[component] = node.state.version;
                }
        return node;
    }

    // To its cluster still: by the registry, or, where this node cannot read it, by no word against
    // it.
    bool belongs() const { return standing_.row || !node_.datasource; }
    std::optional<ComponentsOf> others() const {
        std::optional<ComponentsOf> others = node_.cluster.components;
        if (others)
            others->erase(node_.state.name);
        return others;
    }

    std::string last_server_means() const {
        if (request_.without_cluster)
            return fmt::format("{} is the last server, so no host can join the cluster again; its "
                               "registry stays in the database, and an installation there is "
                               "refused until somebody drops it by hand",
                               node_.state.name);
        return fmt::format(
            "{} is the last server, so the cluster ends: its registry is dropped, no host can join "
            "it again, and the suite's secrets that Locum made for it are lost; the suite's data "
            "stays in the database{}",
            node_.state.name,
            standing_.others.empty()
                ? ""
                : fmt::format("; {} can only be uninstalled then, with --without-cluster",
                              names_of(standing_.others)));
    }

    const suite::Manifest* any_manifest() const {
        return node_.versions.empty() ? nullptr : &node_.versions.begin()->second.manifest;
    }

    // One that has left is neither asked about nor told of.
    bool concerns_cluster() const { return !request_.without_cluster && !node_.cluster.not_member; }

    void require_possible() const {
        // Where the cluster has nothing to do with it (any more), half a modification is removed
        // with the node: it could neither go on nor be taken back.
        if (!begun_ || begun_->what != Begun::What::modification ||
            !(node_.cluster.not_member || request_.without_cluster))
            installer::require_none_begun(node_.layout);
        if (node_.cluster.not_member)
            return;
        if (const auto& open = node_.cluster.open)
            throw Error(
                fmt::format("operation {} ({}, {}) is open", open->id, open->kind, open->state),
                Kind::busy)
                .remedy("end it first: locum upgrade resume, or locum upgrade rollback");
        if (standing_.last_server() && !request_.last_server)
            throw Error(last_server_means(), Kind::refused)
                .remedy(fmt::format("keep it; or, if that is what you want: {} --last-server{}",
                                    again(node_),
                                    request_.without_cluster ? " --without-cluster" : ""));
        if (request_.without_cluster) {
            require_not_last_by_accident();
            return;
        }
        if (!node_.cluster.why_not.empty())
            throw Error(fmt::format("the cluster cannot be asked: {}", node_.cluster.why_not),
                        Kind::refused)
                .remedy(fmt::format(
                    "{}; or leave it to the others: {} --without-cluster, then locum node remove "
                    "{} on a node with a server",
                    node_.datasource ? "see that the database can be reached"
                                     : "start an agent on a server, or give --token FILE, written "
                                       "there by locum token write FILE",
                    again(node_), node_.state.name));
        if (standing_.row && !any_manifest())
            throw Error("the version that is installed here is not whole, so it cannot be told how "
                        "the server is drained",
                        Kind::refused)
                .remedy(fmt::format("locum repair BUNDLE{}; or {} --without-cluster",
                                    node_.root_option(), again(node_)));
    }

    // While the database does not answer it cannot be told.
    void require_not_last_by_accident() const {
        if (node_.datasource && !node_.cluster.why_not.empty() && !request_.last_server)
            throw Error(fmt::format("whether another server is left cannot be told ({}); with the "
                                    "last one the keys of the cluster go, so that no host can join "
                                    "it again, and secrets that Locum made for the suite",
                                    node_.cluster.why_not),
                        Kind::refused)
                .remedy(fmt::format("see that the database can be reached; or, even if it is the "
                                    "last: {} --without-cluster --last-server",
                                    again(node_)));
    }

    // There is something to do in it, by the registry.
    bool acts_on_cluster() const {
        return concerns_cluster() && node_.datasource && node_.cluster.registry &&
               (standing_.row || steps::is_leaving(node_)) && any_manifest();
    }

    void open_cluster() {
        upgrade_.layout = node_.layout;
        upgrade_.node = node_.state.name;
        upgrade_.settings = *node_.datasource;
        upgrade_.data_folder = node_.state.data_folder;
        upgrade_.from = node_.state.version;
        upgrade_.to = *any_manifest();
        upgrade_.operation = "uninstall-" + platform::hex(platform::random_bytes(6));
        upgrade_.epoch = epoch();
        upgrade_.again = again(node_);
        upgrade_.back.clear();
        if (balancer_stopped())
            upgrade_.without_balancer = node_.state.name;
        conductor_.emplace(upgrade_);
    }

    void add_cluster_steps() {
        const std::string& name = node_.state.name;
        const auto add = [this](Step step) { plan_.add(std::move(step), OnFailure::undo_all); };
        const auto& balancing = upgrade_.to.balancing;
        if (conductor_ && standing_.row && balancing && standing_.row->has(balancing->server))
            add(steps::drain(*conductor_, "cluster/drain", name,
                             standing_.last_server() ? steps::Others::may_stop
                                                     : steps::Others::must_serve));
        add_stops(true, OnFailure::undo_all);
        if (conductor_)
            add(standing_.last_server() ? steps::end_cluster(node_)
                                        : steps::leave(*conductor_, node_));
        else if (!node_.datasource && concerns_cluster())
            add(steps::leave_by_server(node_, request_.servers.empty()
                                                  ? installer::kept_servers(node_.layout)
                                                  : request_.servers));
        // Until then it says that the server is out, also to a run after one that was killed.
        add_stops(false, OnFailure::stop);
        // Not before: the agent of a server that was removed stops it, unless this is kept.
        if (node_.cluster.not_member && node_.datasource && !conductor_)
            plan_.add(steps::keep_left(node_), OnFailure::stop);
    }

    void add_stops(bool servers, OnFailure on_failure) {
        for (auto resource = resources_.rbegin(); resource != resources_.rend(); ++resource) {
            if (!resource->id.starts_with(services))
                continue;
            const std::string component = resource->id.substr(services.size());
            if (is_balancer(component) != servers)
                plan_.add(stop_services(node_, *resource, component), on_failure);
        }
    }

    bool is_balancer(const std::string& component) const {
        const suite::Manifest* manifest = any_manifest();
        return manifest && manifest->balancing && manifest->balancing->component == component;
    }

    // Asked of what runs: it may have died, and need not be brought back to be removed.
    bool balancer_stopped() const {
        return std::any_of(resources_.begin(), resources_.end(), [&](const Resource& resource) {
            if (!resource.id.starts_with(services))
                return false;
            const std::string component = resource.id.substr(services.size());
            return is_balancer(component) && !(cluster::agent_runs(node_.layout)
                                                   ? installer::resources::runs(node_, component)
                                                   : resource.there());
        });
    }

    const UninstallRequest& request_;
    std::optional<Begun> begun_;
    InstalledNode node_;
    Standing standing_;
    std::vector<Resource> resources_;
    std::optional<cluster::Lease> lease_;
    Upgrade upgrade_;
    std::optional<Conductor> conductor_;
    engine::Plan plan_;
};

} // namespace

Removal removal_of(const UninstallRequest& request) {
    const Departure departure(request, Departure::Purpose::to_plan);
    return {departure.node().state.name, departure.plan().title, engine::describe(departure.plan()),
            departure.consequences(), departure.left()};
}

namespace {

struct Departed {
    std::vector<std::string> left;
    KeptByNames kept;
};

Departed depart(const UninstallRequest& request, Reporter& reporter) {
    const std::vector<std::string> folders = installer::resources::folders_of_state(request.layout);
    // Both outlive the folder that they are in: they are removed with it, as the last step.
    const platform::Lock lock =
        platform::Lock::take(request.layout.state_file("host.lock"), "uninstall");
    const Departure departure(request, Departure::Purpose::to_do);
    // Who has to ask others, and was told so, need not ask again where the run is cut off. A server
    // keeps it by a step, when it has stopped.
    if (departure.node().cluster.not_member && !departure.node().datasource)
        installer::keep_left(request.layout, departure.node().state);
    platform::JournalFile journal(request.layout.state_file("journal"));
    const std::string operation = "uninstall-" + platform::hex(platform::random_bytes(8));
    engine::run(departure.plan(),
                {operation, departure.epoch(), "", request.cancelled,
                 [&departure] { return departure.superseded(); }},
                journal, reporter);
    // Looked at while nobody else can have made anything.
    return {departure.left(), kept_by_names(departure.node(), folders)};
}

} // namespace

std::vector<std::string> uninstall(const UninstallRequest& request, Reporter& reporter) {
    Departed departed = depart(request, reporter);
    remove_kept(departed.kept, request.layout.suite); // lock, journal and lease are let go of now
    return std::move(departed.left);
}

} // namespace locum::upgrade
