#include "installer/install_plan.hpp"

#include "installer/accounts.hpp"
#include "installer/steps/files.hpp"
#include "installer/steps/firewall.hpp"
#include "installer/steps/network.hpp"
#include "installer/steps/services.hpp"
#include "installer/steps/shown.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::installer {

bool Installation::server() const {
    const std::vector<std::string> all = roles();
    return std::find(all.begin(), all.end(), suite::name(suite::Role::server)) != all.end();
}

bool Installation::balancer() const {
    const std::vector<std::string> all = roles();
    return std::find(all.begin(), all.end(), suite::name(suite::Role::balancer)) != all.end();
}

std::vector<std::string> Installation::roles() const {
    return roles_of(manifest(), answers.components);
}

std::vector<std::string> roles_of(const suite::Manifest& manifest,
                                  const std::vector<std::string>& components) {
    std::vector<std::string> roles;
    // A console or mirror that cannot be without another component of its host is a part of that.
    const auto part = [](const suite::Component& component) {
        return !component.requires_.empty() &&
               (component.role == suite::Role::console || component.role == suite::Role::mirror);
    };
    for (const std::string& name : components)
        if (const suite::Component* component = manifest.component(name);
            component && !part(*component))
            roles.emplace_back(suite::name(component->role));
    return roles;
}

engine::Plan install_plan(const Installation& installation) {
    engine::Plan plan;
    plan.title =
        fmt::format("install {} {} as {}", installation.manifest().title,
                    installation.manifest().version.text(), installation.answers.node_name);
    auto add = [&plan](engine::Step step) {
        plan.add(std::move(step), engine::OnFailure::undo_all);
    };
    add(steps::make_folders(installation));
    // Before what takes long: a program that cannot run on this host ends the installation.
    if (steps::brings_program(installation.manifest()))
        add(steps::place_program(installation));
    add(steps::unpack(installation));
    add(steps::keep_bundle(installation));
    for (const std::string& component : installation.answers.components)
        add(steps::link_component(installation, component));
    if (installation.first()) {
        add(steps::create_authority(installation));
        add(steps::create_registry(installation));
        add(steps::create_schema(installation));
        add(steps::register_first_node(installation));
    } else {
        add(steps::join_network(installation));
    }
    if (accounts_declared(installation.layout))
        add(steps::make_accounts(installation));
    const suite::Manifest& manifest = installation.manifest();
    for (const std::string& component : installation.answers.components)
        if (manifest.has_configs(component))
            add(steps::write_configs(installation, component));
    // Before anything listens. Below a folder there is no host whose firewall could be meant.
    if (installation.layout.root.empty()) {
        add(steps::keep_firewall_rules(installation));
        for (const PortRule& rule : steps::firewall_rules(installation))
            add(steps::admit(installation, rule, host_firewall(installation.layout)));
    }
    if (steps::is_shown(installation))
        add(steps::show(installation));
    add(steps::start_agent(installation));
    // Servers first: a balancer in front of nothing answers every request with an error. An unknown
    // component is preflight's to refuse, after the plan was printed.
    auto is_balancer = [&](const std::string& name) {
        const suite::Component* component = manifest.component(name);
        return component && component->role == suite::Role::balancer;
    };
    for (bool balancers : {false, true})
        for (const std::string& name : installation.answers.components)
            if (manifest.has_life(name) && is_balancer(name) == balancers)
                add(steps::start_component(installation, name));
    if (installation.server() && !installation.first())
        add(steps::announce_server(installation));
    // Last: a token that exists admits nodes to a network that works.
    if (installation.first())
        add(steps::write_token(installation));
    return plan;
}

} // namespace locum::installer
