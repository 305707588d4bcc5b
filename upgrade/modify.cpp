#include "upgrade/modify.hpp"

#include "cluster/agent.hpp"
#include "cluster/lease.hpp"
#include "engine/failpoint.hpp"
#include "engine/runner.hpp"
#include "installer/begun.hpp"
#include "installer/resources/services.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/host.hpp"
#include "platform/journal_file.hpp"
#include "platform/lock.hpp"
#include "upgrade/modify_checks.hpp"
#include "upgrade/modify_plan.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::upgrade {

using cluster::NodeRow;
using engine::Error;
using engine::Kind;
using installer::Begun;
using installer::InstalledNode;
using suite::Role;

namespace {

// What the plan is made for, and all that its steps refer to.
class Change {
public:
    enum class Way { forth, back };
    Change(const ModifyRequest& request, const std::optional<Begun>& begun, Way way,
           std::unique_ptr<cluster::Lease> lease = nullptr) :
        request_(request),
        begun_(begun), way_(way), lease_(std::move(lease)), token_(token_of(request)),
        node_(installer::look_at_node(request.layout, request.program,
                                      {token_.addresses, request.bundle})) {
        if (begun_)
            node_.state =
                cluster::node_state_from_json(begun_->change.before, "what it began from");
        require_askable();
        bundle_.emplace(open_bundle());
        change_ = installer::modification(bundle_->manifest(), node_.state, request.selection,
                                          request.answers);
        for (const auto* some : {&change_.kept, &change_.added, &change_.removed})
            for (const std::string& component : *some)
                node_.version_of[component] = node_.state.version;
        installation_.emplace(installation_of(request, node_, change_, *bundle_, token_));
        modified_.emplace(installer::steps::Modified{node_, *installation_, change_});
        roles_.emplace(steps::Roles{*modified_, installation_->facts.machine,
                                    [this]() -> Conductor& { return conductor(); }, token_});
        alone_ = begun_ ? begun_->change.alone : !other_serves();
        if (change_.added.empty() && change_.removed.empty())
            return;
        require_possible();
        effects_ = effects_of(*modified_, alone_);
        plan_ = modify_plan(*roles_, effects_, begun_.has_value());
    }
    Change(const Change&) = delete; // the plan refers to all of it
    Change& operator=(const Change&) = delete;

    const engine::Plan& plan() const { return plan_; }

    Modifying told(bool with_findings) const {
        Modifying told;
        told.node = node_.state.name;
        told.title = plan_.title;
        told.plan = engine::describe(plan_);
        told.notes = notes_of(*modified_, effects_);
        told.components = change_.after.components;
        if (with_findings && !begun_ && !(change_.added.empty() && change_.removed.empty()))
            check(request_, node_, change_, *installation_, told);
        return told;
    }

    Begun inputs() const {
        Begun begun;
        begun.what = Begun::What::modification;
        begun.operation = operation_;
        begun.bundle = bundle_->file();
        begun.manifest = bundle_->manifest_sha256();
        if (request_.answers) {
            begun.answers_file = request_.answers->file;
            begun.answers_text = request_.answers->text;
        }
        begun.change = {change_.added, change_.removed, cluster::to_json(change_.before), alone_};
        return begun;
    }

    // With it nobody else changes the cluster. A node without a server holds none: the server that
    // it asks does.
    std::unique_ptr<cluster::Lease> take_lease() const {
        return node_.datasource ? lease_of(*node_.datasource) : nullptr;
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
            throw Error(
                fmt::format("no bundle of version {} is kept on this host", node_.state.version),
                Kind::refused)
                .remedy("name it: locum modify BUNDLE" +
                        (way_ == Way::back ? " --rollback"
                                           : installer::options_of(request_.selection)) +
                        node_.root_option());
        return suite::Bundle::open(version->second.bundle,
                                   suite::PublicKey::parse(node_.state.bundle_key));
    }

    // By the registry, now.
    bool registered(bool itself) const {
        return std::any_of(
            node_.cluster.nodes.begin(), node_.cluster.nodes.end(), [&](const NodeRow& row) {
                return (row.name == node_.state.name) == itself && row.has_role("server");
            });
    }
    bool serves() const { return registered(true); }
    bool other_serves() const { return registered(false); }

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
        // What was begun may have stopped while the others left.
        if (way_ == Way::forth && change_.loses_server() && serves() && !other_serves())
            throw Error(
                fmt::format("{} is the last server, so the cluster would end", node_.state.name),
                Kind::refused)
                .remedy((begun_ ? "take it back: locum modify --rollback" + node_.root_option()
                                : "add another server first") +
                        "; or, to end it: " + uninstall + " --last-server");
        if (begun_)
            return;
        if (!change_.had(Role::server) && !change_.added.empty() && !request_.token)
            throw Error(fmt::format("{} has no server, and needs the network token to become more",
                                    node_.state.name),
                        Kind::refused)
                .remedy("give --token FILE, written on a node with a server by locum token write "
                        "FILE");
    }

    std::unique_ptr<cluster::Lease> lease_of(const datasource::Settings& settings) const {
        return std::make_unique<cluster::Lease>(settings, node_.layout.suite,
                                                "modification of " + node_.state.name);
    }

    Conductor& conductor() {
        if (conductor_)
            return *conductor_;
        const auto settings = cluster::load_datasource(node_.layout);
        if (!settings)
            throw Error(node_.state.name + " holds no datasource", Kind::needs_attention)
                .remedy("locum status");
        if (!lease_)
            lease_ = lease_of(*settings); // it was no server when this began
        upgrade_.layout = node_.layout;
        upgrade_.node = node_.state.name;
        upgrade_.settings = *settings;
        upgrade_.data_folder = node_.state.data_folder;
        upgrade_.from = node_.state.version;
        upgrade_.to = bundle_->manifest();
        upgrade_.operation = operation_;
        upgrade_.epoch = lease_->epoch();
        upgrade_.again =
            "locum modify" + installer::options_of(request_.selection) + node_.root_option();
        upgrade_.back = begun_ ? "locum modify --rollback" + node_.root_option() : "";
        if (!begun_ && upgrade_.to.balancing &&
            change_.before.has(upgrade_.to.balancing->component) &&
            !change_.after.has(upgrade_.to.balancing->component) &&
            !installer::resources::runs(node_, upgrade_.to.balancing->component))
            upgrade_.without_balancer = node_.state.name; // it need not be brought back
        conductor_.emplace(upgrade_);
        return *conductor_;
    }

    const ModifyRequest& request_;
    std::optional<Begun> begun_;
    Way way_;
    // Of the journal and of what the agents are told.
    std::string operation_ =
        begun_ ? begun_->operation : "modify-" + platform::hex(platform::random_bytes(8));
    std::unique_ptr<cluster::Lease> lease_;
    token::NetworkToken token_;
    InstalledNode node_; // with the state of before
    std::optional<suite::Bundle> bundle_;
    installer::Modification change_;
    std::optional<installer::Installation> installation_;
    std::optional<installer::steps::Modified> modified_;
    std::optional<steps::Roles> roles_;
    bool alone_ = false;
    Effects effects_;
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

// What was begun goes on with the bundle that it was begun with, where that is still there.
ModifyRequest with_its_bundle(ModifyRequest request, const std::optional<Begun>& begun) {
    if (begun && request.bundle.empty() && platform::exists(begun->bundle))
        request.bundle = begun->bundle;
    return request;
}

platform::Lock lock(const cluster::Layout& layout) {
    return platform::Lock::take(layout.state_file("host.lock"), "modify");
}

} // namespace

Modifying modifying_of(const ModifyRequest& request) {
    const std::optional<Begun> begun = begun_here(request.layout);
    const ModifyRequest known = with_its_bundle(request, begun);
    const Change change(known, begun, Change::Way::forth);
    if (begun)
        installer::require_same_inputs(*begun, change.inputs(), request.layout);
    return change.told(true);
}

Modifying modify(const ModifyRequest& request, engine::Reporter& reporter) {
    const platform::Lock held = lock(request.layout);
    std::optional<Begun> begun = begun_here(request.layout);
    const ModifyRequest known = with_its_bundle(request, begun);
    if (begun)
        cluster::start_agent(request.layout, request.program,
                             cluster::AtBoot::as_it_is); // it may have been killed between
    const auto look = [&](std::unique_ptr<cluster::Lease> lease) {
        auto change = std::make_unique<Change>(known, begun, Change::Way::forth, std::move(lease));
        if (begun)
            installer::require_same_inputs(*begun, change->inputs(), request.layout);
        return change;
    };
    auto change = look(nullptr);
    engine::failpoint("modify/looked");
    // Another server may have left before it was held: this may be the last now.
    if (auto lease = change->take_lease())
        change = look(std::move(lease));
    const Modifying told = change->told(false);
    if (!begun)
        begun = change->inputs();
    begun->store(request.layout);
    platform::JournalFile journal(request.layout.state_file("journal"));
    try {
        engine::run(change->plan(),
                    {begun->operation, change->epoch(), begun->input_hash(), request.cancelled,
                     [&change] { return change->superseded(); }},
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
    request = with_its_bundle(std::move(request), begun);
    request.selection = {begun->change.add, begun->change.remove};
    if (!begun->answers_text.empty())
        request.answers = installer::parse_answers(begun->answers_text, begun->answers_file);
    cluster::start_agent(request.layout, request.program, cluster::AtBoot::as_it_is);
    std::unique_ptr<cluster::Lease> lease = Change(request, begun, Change::Way::back).take_lease();
    Change change(request, begun, Change::Way::back, std::move(lease));
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
