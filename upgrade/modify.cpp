#include "upgrade/modify.hpp"

#include "cluster/lease.hpp"
#include "cluster/service_units.hpp"
#include "engine/runner.hpp"
#include "installer/begun.hpp"
#include "installer/resources/services.hpp"
#include "installer/steps/files.hpp"
#include "installer/steps/services.hpp"
#include "platform/hash.hpp"
#include "platform/host.hpp"
#include "platform/journal_file.hpp"
#include "platform/lock.hpp"
#include "upgrade/modify_checks.hpp"
#include "upgrade/steps/balance.hpp"
#include "upgrade/steps/roles.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::upgrade {

using cluster::NodeRow;
using engine::Error;
using engine::Kind;
using engine::OnFailure;
using engine::Step;
using installer::Begun;
using installer::InstalledNode;
using suite::Role;
using TakeUp = installer::resources::TakeUp;
using installer::steps::TakenUp;

namespace {

bool holds(const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

// A step of the cluster, made when it is asked or run: a plan that is only printed opens nothing.
Step later(const std::string& id, const std::string& says, std::function<Step()> make) {
    return {id,
            says,
            [make] { return make().probe(); },
            [make] {
                const Step step = make();
                return step.remember ? step.remember() : std::string();
            },
            [make](engine::Reporter& reporter) { return make().apply(reporter); },
            nullptr,
            engine::Undo{.run =
                             [make](const std::string& memo) {
                                 const Step step = make();
                                 std::get<engine::Undo>(step.undo).run(memo);
                             },
                         .may_wait = true}};
}

// What the plan is made for, and all that its steps refer to.
class Change {
public:
    Change(const ModifyRequest& request, const std::optional<Begun>& begun) :
        request_(request), begun_(begun), token_(token_of(request)),
        node_(installer::look_at_node(request.layout, request.program,
                                      {token_.addresses, request.bundle})) {
        if (begun_)
            node_.state = cluster::node_state_from_json(begun_->change.before, "what it began from");
        require_askable();
        bundle_.emplace(open_bundle());
        change_ = installer::modification(bundle_->manifest(), node_.state, request.selection,
                                          request.answers);
        for (const auto* some : {&change_.kept, &change_.added, &change_.removed})
            for (const std::string& component : *some)
                node_.version_of[component] = node_.state.version;
        installation_.emplace(installation_of(request, node_, change_, *bundle_, token_));
        modified_.emplace(
            installer::steps::Modified{node_, *installation_, change_});
        roles_.emplace(steps::Roles{*modified_, installation_->facts.machine,
                                    [this]() -> Conductor& { return conductor(); }, token_});
        alone_ = begun_ ? begun_->change.alone : no_other_server();
        if (change_.added.empty() && change_.removed.empty())
            return;
        require_possible();
        known_ = std::all_of(change_.added.begin(), change_.added.end(), [&](const auto& one) {
            return bundle_->manifest().component(one) != nullptr;
        });
        decide();
        add_steps();
    }
    Change(const Change&) = delete; // the plan refers to all of it
    Change& operator=(const Change&) = delete;

    const engine::Plan& plan() const { return plan_; }
    const InstalledNode& node() const { return node_; }

    Modifying told(bool with_findings) const {
        Modifying told;
        told.node = node_.state.name;
        told.title = plan_.title;
        told.plan = engine::describe(plan_);
        told.notes = notes();
        told.components = change_.after.components;
        if (with_findings && !begun_ && !(change_.added.empty() && change_.removed.empty()))
            check(request_, node_, change_, *installation_, told);
        return told;
    }

    Begun inputs() const {
        Begun begun;
        begun.what = Begun::What::modification;
        begun.operation = "modify-" + platform::hex(platform::random_bytes(8));
        begun.bundle = bundle_->file();
        begun.manifest = bundle_->manifest_sha256();
        if (request_.answers) {
            begun.answers_file = request_.answers->file;
            begun.answers_text = request_.answers->text;
        }
        begun.change = {change_.added, change_.removed, cluster::to_json(change_.before), alone_};
        return begun;
    }

    // From here on nobody else changes the cluster. A node without a server holds no lease: the
    // server that it asks does.
    void take_lease() {
        if (node_.datasource)
            conductor();
    }
    std::uint64_t epoch() const { return lease_ ? lease_->epoch() : 0; }
    bool superseded() const { return lease_ && lease_->lost(); }

private:
    static token::NetworkToken token_of(const ModifyRequest& request) {
        if (request.token)
            return *request.token;
        token::NetworkToken token;
        token.addresses = installer::kept_servers(request.layout);
        return token;
    }

    suite::Bundle open_bundle() const {
        const auto version = node_.versions.find(node_.state.version);
        if (version == node_.versions.end() || version->second.bundle.empty())
            throw Error(fmt::format("no bundle of version {} is kept on this host",
                                    node_.state.version),
                        Kind::refused)
                .remedy("name it: locum modify BUNDLE" + installer::options_of(request_.selection) +
                        node_.root_option());
        return suite::Bundle::open(version->second.bundle,
                                   suite::PublicKey::parse(node_.state.bundle_key));
    }

    bool no_other_server() const {
        return std::none_of(node_.cluster.nodes.begin(), node_.cluster.nodes.end(),
                            [&](const NodeRow& row) {
                                return row.name != node_.state.name && row.has_role("server");
                            });
    }

    void require_askable() const {
        if (node_.cluster.not_member)
            throw Error(fmt::format("{} does not belong to its cluster any more", node_.state.name),
                        Kind::refused)
                .remedy("locum uninstall" + node_.root_option() + ", then install it anew");
        if (const auto& open = node_.cluster.open)
            throw Error(
                fmt::format("operation {} ({}, {}) is open", open->id, open->kind, open->state),
                Kind::busy)
                .remedy("end it first: locum upgrade resume, or locum upgrade rollback");
        if (node_.state.mode == cluster::Mode::update)
            throw Error(node_.state.name + " works on its copy, in the middle of an upgrade",
                        Kind::busy)
                .remedy("end it first: locum upgrade resume, or locum upgrade rollback");
        if (!node_.cluster.why_not.empty())
            throw Error(fmt::format("the cluster cannot be asked: {}", node_.cluster.why_not),
                        Kind::refused)
                .remedy(node_.datasource
                            ? "see that the database can be reached, then run the command again"
                            : "start an agent on a server, or give --token FILE, written there by "
                              "locum token write FILE");
    }

    void require_possible() const {
        const std::string uninstall = "locum uninstall" + node_.root_option();
        if (change_.after.components.empty())
            throw Error(fmt::format("nothing would be left on {}", node_.state.name), Kind::refused)
                .remedy("to take the node off this host: " + uninstall);
        if (begun_)
            return;
        if (change_.loses_server() && alone_)
            throw Error(fmt::format("{} is the last server, so the cluster would end",
                                    node_.state.name),
                        Kind::refused)
                .remedy("add another server first; or, to end it: " + uninstall + " --last-server");
        if (!change_.had(Role::server) && !change_.added.empty() && !request_.token)
            throw Error(fmt::format("{} has no server, and needs the network token to become more",
                                    node_.state.name),
                        Kind::refused)
                .remedy("give --token FILE, written on a node with a server by locum token write "
                        "FILE");
    }

    // What of the components that stay has to be started anew, and what takes its configuration up.
    void decide() {
        const auto& balancing = bundle_->manifest().balancing;
        for (const std::string& component : change_.kept) {
            const bool balances =
                change_.loses_server() && balancing && balancing->component == component;
            if (!balances && !installer::steps::concerned(*modified_, component))
                continue;
            const bool moves = has_moved(component);
            if (!moves && installer::resources::how_to_take_up(node_, component, false) ==
                              TakeUp::reload)
                reloaded_.push_back(component);
            else
                restarted_.push_back(component);
        }
        drains_ = balancing && change_.before.has(balancing->server) && !alone_ &&
                  (change_.loses_server() || holds(restarted_, balancing->server));
    }

    bool has_moved(const std::string& component) const {
        const auto moved = installer::moved_ports(bundle_->manifest(), change_);
        return std::any_of(moved.begin(), moved.end(),
                           [&](const auto& port) { return port.component == component; });
    }

    void add(Step step, OnFailure on_failure = OnFailure::undo_all) {
        plan_.add(std::move(step), on_failure);
    }

    void add_steps() {
        using namespace installer::steps;
        const suite::Manifest& manifest = bundle_->manifest();
        plan_.title = fmt::format("modify {} {} on {}: {}", manifest.title, node_.state.version,
                                  node_.state.name, in_words(change_));
        for (const std::string& component : change_.added)
            if (known_)
                add(unpack_component(*modified_, component));
        add(keep_bundle(*installation_));
        for (const std::string& component : change_.added)
            add(link_component(*installation_, component));
        const bool accounts = cluster::service_manager_used(node_.layout);
        if (accounts && !change_.added.empty())
            add(add_accounts(*modified_));
        if (drains_)
            add(later("cluster/drain",
                      fmt::format("take {} out of every balancer and wait until it is idle",
                                  node_.state.name),
                      [this] {
                          return upgrade::steps::drain(conductor(), "cluster/drain",
                                                       node_.state.name,
                                                       upgrade::steps::Others::must_serve);
                      }));
        for (const std::string& component : change_.removed)
            add(end_services(*modified_, component));
        for (const std::string& component : restarted_)
            add(stop_component(*modified_, component));
        // A node without a server gets back what it gave away by a token only: that is its last
        // step.
        const bool only_loses = !change_.had(Role::server) && change_.added.empty();
        if (only_loses)
            add_removals(accounts);
        const OnFailure at_roles = only_loses ? OnFailure::stop : OnFailure::undo_all;
        if (!only_loses)
            add(upgrade::steps::change_roles(*roles_));
        for (const std::string& component : change_.added)
            add(write_configs(*installation_, component));
        for (const std::string& component : restarted_)
            add(rewrite_configs(*modified_, component, TakenUp::by_start));
        for (const std::string& component : reloaded_)
            add(rewrite_configs(*modified_, component, TakenUp::by_reload));
        add_firewall();
        if (only_loses)
            add(upgrade::steps::change_roles(*roles_), at_roles);
        if (change_.roles_before != change_.roles_after)
            add(restart_agent(*modified_), at_roles);
        add_starts();
        if (!only_loses)
            add_removals(accounts);
        if (change_.loses_server())
            add(upgrade::steps::forget_server(*roles_), OnFailure::stop);
    }

    void add_firewall() {
        const auto record = installer::load_firewall(node_.layout);
        if (!record || record->rules.empty())
            return;
        // Where a run was cut off the record may be what it is to be already: ports have the same
        // clients in both.
        const auto rules = installer::rules_after(bundle_->manifest(), change_, record->rules,
                                                  request_.answers);
        if (rules != record->rules || begun_)
            add(installer::steps::change_firewall(*modified_, rules,
                                                  installer::host_firewall(node_.layout)));
    }

    void add_starts() {
        const auto& balancing = bundle_->manifest().balancing;
        const auto balances = [&](const std::string& component) {
            return balancing && balancing->component == component;
        };
        const bool server_moves = balancing && holds(restarted_, balancing->server);
        if (server_moves)
            add(upgrade::steps::announce_change(*roles_));
        // Servers first: a balancer in front of nothing answers every request with an error.
        for (const bool balancers : {false, true}) {
            for (const std::string& component : restarted_)
                if (balances(component) == balancers)
                    add(installer::steps::start_again(*modified_, component));
            for (const std::string& component : change_.added)
                if (balances(component) == balancers)
                    add(installer::steps::start_component(*installation_, component));
        }
        if (change_.gains_server())
            add(upgrade::steps::announce_change(*roles_));
        if (drains_ && !change_.loses_server())
            add(later("cluster/undrain",
                      fmt::format("put {} into rotation again", node_.state.name), [this] {
                          return upgrade::steps::undrain(
                              conductor(), "cluster/undrain", node_.state.name,
                              upgrade::steps::Others::must_serve,
                              upgrade::steps::IfSilent::tell_others);
                      }));
    }

    void add_removals(bool accounts) {
        for (const std::string& component : change_.removed)
            add(installer::steps::remove_configs(*modified_, component));
        for (const std::string& component : change_.removed)
            add(installer::steps::remove_component(*modified_, component));
        if (accounts && !change_.removed.empty())
            add(installer::steps::drop_accounts(*modified_));
    }

    std::vector<std::string> notes() const {
        std::vector<std::string> all;
        const std::string& name = node_.state.name;
        for (const auto& port : installer::moved_ports(bundle_->manifest(), change_))
            all.push_back(fmt::format("port {} of {} moves from {} to {}", port.name,
                                      port.component, port.from, port.to));
        const auto& balancing = bundle_->manifest().balancing;
        for (const std::string& component : restarted_)
            if (!(drains_ && balancing->server == component))
                all.push_back(fmt::format("{} on {} is restarted, and its clients are interrupted{}",
                                          component, name,
                                          alone_ && change_.had(Role::server) && balancing &&
                                                  balancing->server == component
                                              ? ", since no other server serves"
                                              : ""));
        for (const std::string& component : change_.removed)
            if (!balancing || component != balancing->server)
                all.push_back(
                    fmt::format("clients that use the {} of {} must use another node's", component,
                                name));
        return all;
    }

    Conductor& conductor() {
        if (conductor_)
            return *conductor_;
        const auto settings = cluster::load_datasource(node_.layout);
        if (!settings)
            throw Error(node_.state.name + " holds no datasource", Kind::needs_attention)
                .remedy("locum status");
        lease_.emplace(*settings, node_.layout.suite, "modification of " + node_.state.name);
        upgrade_.layout = node_.layout;
        upgrade_.node = node_.state.name;
        upgrade_.settings = *settings;
        upgrade_.data_folder = node_.state.data_folder;
        upgrade_.from = node_.state.version;
        upgrade_.to = bundle_->manifest();
        upgrade_.operation = "modify-" + platform::hex(platform::random_bytes(6));
        upgrade_.epoch = lease_->epoch();
        upgrade_.again = "locum modify" + installer::options_of(request_.selection) +
                         node_.root_option();
        upgrade_.back = begun_ ? "locum modify --rollback" + node_.root_option() : "";
        if (!begun_ && upgrade_.to.balancing &&
            holds(change_.removed, upgrade_.to.balancing->component) &&
            !installer::resources::runs(node_, upgrade_.to.balancing->component))
            upgrade_.without_balancer = node_.state.name; // it need not be brought back
        conductor_.emplace(upgrade_);
        return *conductor_;
    }

    const ModifyRequest& request_;
    std::optional<Begun> begun_;
    token::NetworkToken token_;
    InstalledNode node_; // with the state of before
    std::optional<suite::Bundle> bundle_;
    installer::Modification change_;
    std::optional<installer::Installation> installation_;
    std::optional<installer::steps::Modified> modified_;
    std::optional<steps::Roles> roles_;
    bool alone_ = false;
    bool known_ = true;
    bool drains_ = false;
    std::vector<std::string> restarted_;
    std::vector<std::string> reloaded_;
    std::optional<cluster::Lease> lease_;
    Upgrade upgrade_;
    std::optional<Conductor> conductor_;
    engine::Plan plan_;
};

// An installation that was cut off is no node yet; a modification goes on with the same request.
std::optional<Begun> begun_here(const cluster::Layout& layout) {
    std::optional<Begun> begun = Begun::load(layout);
    if (begun && begun->what == Begun::What::installation)
        installer::require_none_begun(layout);
    return begun;
}

// Nothing of what it did is left.
bool nothing_left(const engine::Journal& journal, const std::string& operation) {
    for (const auto& [step, state] : engine::states(journal.records(operation)))
        if (state.begun)
            return false;
    return true;
}

platform::Lock lock(const cluster::Layout& layout) {
    return platform::Lock::take(layout.state_file("host.lock"), "modify");
}

} // namespace

Modifying modifying_of(const ModifyRequest& request) {
    const std::optional<Begun> begun = begun_here(request.layout);
    const Change change(request, begun);
    if (begun)
        installer::require_same_inputs(*begun, change.inputs(), request.layout);
    return change.told(true);
}

Modifying modify(const ModifyRequest& request, engine::Reporter& reporter) {
    const platform::Lock held = lock(request.layout);
    std::optional<Begun> begun = begun_here(request.layout);
    Change change(request, begun);
    const Modifying told = change.told(false);
    if (begun)
        installer::require_same_inputs(*begun, change.inputs(), request.layout);
    else
        begun = change.inputs();
    change.take_lease();
    begun->store(request.layout);
    platform::JournalFile journal(request.layout.state_file("journal"));
    try {
        engine::run(change.plan(),
                    {begun->operation, change.epoch(), begun->input_hash(), request.cancelled,
                     [&change] { return change.superseded(); }},
                    journal, reporter);
    } catch (const Error&) {
        if (nothing_left(journal, begun->operation))
            Begun::forget(request.layout);
        throw;
    }
    Begun::forget(request.layout);
    return told;
}

void roll_back(ModifyRequest request, engine::Reporter& reporter) {
    const platform::Lock held = lock(request.layout);
    const std::optional<Begun> begun = begun_here(request.layout);
    if (!begun)
        throw Error(fmt::format("no modification of {} was begun and left unfinished",
                                request.layout.suite),
                    Kind::usage)
            .remedy("name the right --root and --suite; one that ended is not taken back");
    request.selection = {begun->change.add, begun->change.remove};
    if (!begun->answers_text.empty())
        request.answers = installer::parse_answers(begun->answers_text, begun->answers_file);
    Change change(request, begun);
    change.take_lease();
    platform::JournalFile journal(request.layout.state_file("journal"));
    try {
        engine::roll_back(change.plan(),
                          {begun->operation, change.epoch(), begun->input_hash(), {}, {}}, journal,
                          reporter);
    } catch (const Error& error) {
        if (error.kind() != Kind::refused)
            throw;
        throw Error(error.what(), Kind::refused)
            .remedy("go on with it: locum modify" + installer::options_of(request.selection) +
                    (request.layout.root.empty() ? "" : " --root " + request.layout.root));
    }
    Begun::forget(request.layout);
}

} // namespace locum::upgrade
