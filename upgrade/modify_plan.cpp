#include "upgrade/modify_plan.hpp"

#include "engine/contains.hpp"
#include "installer/accounts.hpp"
#include "installer/resources/services.hpp"
#include "installer/steps/files.hpp"
#include "installer/steps/services.hpp"
#include "upgrade/steps/balance.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::upgrade {

using engine::contains;
using engine::OnFailure;
using engine::Step;
using installer::Modification;
using installer::resources::TakeUp;
using installer::steps::Modified;
using installer::steps::TakenUp;
using suite::Role;

namespace {

// A step of the cluster, made when it is asked or run: a plan that is only printed opens nothing.
Step later(const std::string& id, const std::string& says, const std::function<Step()>& make) {
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

// The balanced server, or the balancer; "" where the suite has none.
std::string balanced_server(const suite::Manifest& manifest) {
    return manifest.balancing ? manifest.balancing->server : "";
}
std::string balancer(const suite::Manifest& manifest) {
    return manifest.balancing ? manifest.balancing->component : "";
}

bool moves(const Modified& modified, const std::string& component) {
    const auto moved = installer::moved_ports(modified.manifest(), modified.change);
    return std::any_of(moved.begin(), moved.end(),
                       [&](const auto& port) { return port.component == component; });
}

class Assembly {
public:
    Assembly(const steps::Roles& roles, const Effects& effects, bool begun) :
        roles_(roles), modified_(roles.modified), change_(modified_.change), effects_(effects),
        begun_(begun), accounts_(installer::accounts_declared(modified_.layout())) {}

    engine::Plan plan() {
        // A node without a server gets back what it gave away by a token only: that is its last
        // step.
        const bool only_loses = !change_.had(Role::server) && change_.added.empty();
        plan_.title = fmt::format("modify {} {} on {}: {}", modified_.manifest().title,
                                  change_.before.version, name(), in_words(change_));
        files();
        stops();
        if (only_loses)
            removals();
        else
            add(steps::change_roles(roles_));
        configs();
        firewall();
        const OnFailure at_roles = only_loses ? OnFailure::stop : OnFailure::undo_all;
        if (only_loses)
            add(steps::change_roles(roles_), at_roles);
        if (change_.roles_before != change_.roles_after)
            add(installer::steps::restart_agent(modified_), at_roles);
        starts();
        if (!only_loses)
            removals();
        if (change_.loses_server())
            add(steps::forget_server(roles_), OnFailure::stop);
        return std::move(plan_);
    }

private:
    const std::string& name() const { return change_.before.name; }

    void add(Step step, OnFailure on_failure = OnFailure::undo_all) {
        plan_.add(std::move(step), on_failure);
    }

    void files() {
        for (const std::string& component : change_.added)
            add(installer::steps::unpack_component(modified_, component));
        add(installer::steps::keep_bundle(modified_.installation));
        for (const std::string& component : change_.added)
            add(installer::steps::link_component(modified_.installation, component));
        if (accounts_ && !change_.added.empty())
            add(installer::steps::add_accounts(modified_));
    }

    void stops() {
        if (effects_.drained)
            add(later(
                "cluster/drain",
                fmt::format("take {} out of every balancer and wait until it is idle", name()),
                [roles = roles_] {
                    return steps::drain(roles.conductor(), "cluster/drain",
                                        roles.modified.change.before.name,
                                        steps::Others::must_serve);
                }));
        for (const std::string& component : change_.removed)
            if (modified_.manifest().has_life(component))
                add(installer::steps::end_services(modified_, component));
        for (const std::string& component : effects_.restarted)
            add(installer::steps::stop_component(modified_, component));
    }

    void configs() {
        for (const std::string& component : change_.added)
            if (modified_.manifest().has_configs(component))
                add(installer::steps::write_configs(modified_.installation, component));
        for (const std::string& component : effects_.restarted)
            add(installer::steps::rewrite_configs(modified_, component, TakenUp::by_start));
        for (const std::string& component : effects_.reloaded)
            add(installer::steps::rewrite_configs(modified_, component, TakenUp::by_reload));
    }

    void firewall() {
        const auto record = installer::load_firewall(modified_.layout());
        if (!record || !record->manage)
            return;
        // Where a run was cut off the record may be what it is to be already: ports have the same
        // clients in both.
        const auto rules = installer::rules_after(modified_.manifest(), change_, record->rules,
                                                  modified_.installation.answers.firewall.rules);
        if (rules != record->rules || begun_)
            add(installer::steps::change_firewall(modified_, rules,
                                                  installer::host_firewall(modified_.layout())));
    }

    void starts() {
        if (contains(effects_.restarted, balanced_server(modified_.manifest())))
            add(steps::announce_change(roles_));
        // Servers first: a balancer in front of nothing answers every request with an error.
        for (const bool balancers : {false, true}) {
            const auto now = [&](const std::string& component) {
                return (component == balancer(modified_.manifest())) == balancers;
            };
            for (const std::string& component : effects_.restarted)
                if (now(component))
                    add(installer::steps::start_again(modified_, component));
            for (const std::string& component : change_.added)
                if (modified_.manifest().has_life(component) && now(component))
                    add(installer::steps::start_component(modified_.installation, component));
        }
        if (change_.gains_server())
            add(steps::announce_change(roles_));
        if (effects_.drained && !change_.loses_server())
            add(later("cluster/undrain", fmt::format("put {} into rotation again", name()),
                      [roles = roles_] {
                          return steps::undrain(roles.conductor(), "cluster/undrain",
                                                roles.modified.change.before.name,
                                                steps::Others::must_serve,
                                                steps::IfSilent::tell_others);
                      }));
    }

    void removals() {
        for (const std::string& component : change_.removed)
            if (modified_.manifest().has_configs(component))
                add(installer::steps::remove_configs(modified_, component));
        for (const std::string& component : change_.removed)
            add(installer::steps::remove_component(modified_, component));
        if (accounts_ && !change_.removed.empty())
            add(installer::steps::drop_accounts(modified_));
    }

    const steps::Roles& roles_;
    const Modified& modified_;
    const Modification& change_;
    const Effects& effects_;
    bool begun_;
    bool accounts_;
    engine::Plan plan_;
};

} // namespace

Effects effects_of(const Modified& modified, bool alone) {
    const suite::Manifest& manifest = modified.manifest();
    const Modification& change = modified.change;
    Effects effects;
    effects.alone = alone;
    for (const std::string& component : change.kept) {
        // Its servers are fewer, whatever else is the same.
        const bool loses = change.loses_server() && component == balancer(manifest);
        if (!loses && !installer::steps::concerned(modified, component))
            continue;
        const bool reload =
            !moves(modified, component) &&
            installer::resources::how_to_take_up(modified.node, component, false) == TakeUp::reload;
        (reload ? effects.reloaded : effects.restarted).push_back(component);
    }
    const std::string server = balanced_server(manifest);
    effects.drained = change.before.has(server) && !alone &&
                      (contains(change.removed, server) || contains(effects.restarted, server));
    return effects;
}

engine::Plan modify_plan(const steps::Roles& roles, const Effects& effects, bool begun) {
    return Assembly(roles, effects, begun).plan();
}

std::vector<std::string> notes_of(const Modified& modified, const Effects& effects) {
    std::vector<std::string> all;
    const suite::Manifest& manifest = modified.manifest();
    const std::string& name = modified.change.before.name;
    for (const auto& port : installer::moved_ports(manifest, modified.change))
        all.push_back(fmt::format("port {} of {} moves from {} to {}", port.name, port.component,
                                  port.from, port.to));
    for (const std::string& component : effects.restarted) {
        const bool server = component == balanced_server(manifest);
        if (!server || !effects.drained)
            all.push_back(fmt::format("{} on {} is restarted, and its clients are interrupted{}",
                                      component, name,
                                      server ? ", since no other server serves" : ""));
    }
    if (contains(modified.change.removed, balancer(manifest)))
        all.push_back(steps::balancer_goes(balancer(manifest), name, modified.node.others()));
    return all;
}

} // namespace locum::upgrade
