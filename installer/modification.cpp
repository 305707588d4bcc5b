#include "installer/modification.hpp"

#include "engine/contains.hpp"
#include "engine/error.hpp"
#include "installer/install_plan.hpp"
#include "installer/rendering.hpp"
#include "suite/topology.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::installer {

using cluster::NodeState;
using engine::contains;
using engine::Error;
using engine::Finding;
using suite::Manifest;

namespace {

const suite::Port* port_of(const Manifest& manifest, const std::string& name) {
    const auto found = std::find_if(manifest.ports.begin(), manifest.ports.end(),
                                    [&](const suite::Port& port) { return port.name == name; });
    return found == manifest.ports.end() ? nullptr : &*found;
}

// In the manifest's order behind those that stay, so that the same question has the same answer.
std::vector<std::string> selected(const Manifest& manifest, const NodeState& before,
                                  const Selection& selection) {
    std::vector<std::string> all;
    for (const std::string& component : before.components)
        if (!contains(selection.remove, component))
            all.push_back(component);
    for (const suite::Component& component : manifest.components)
        if (contains(selection.add, component.name) && !contains(all, component.name))
            all.push_back(component.name);
    // What comes with a component comes and goes with it.
    std::erase_if(all, [&](const std::string& name) {
        const suite::Component* component = manifest.component(name);
        return component && !component->with.empty() && !contains(selection.add, name) &&
               !contains(all, component->with);
    });
    all = suite::completed(manifest, std::move(all));
    for (const std::string& component : selection.add) // unknown ones: preflight's to refuse
        if (!manifest.component(component) && !contains(all, component))
            all.push_back(component);
    return all;
}

// What comes with a component goes with it only.
void require_removable(const Manifest& manifest, const Selection& selection,
                       const NodeState& after) {
    for (const std::string& component : selection.remove)
        if (after.has(component)) {
            const std::string& with = manifest.component(component)->with;
            throw Error(fmt::format("{} comes with {}", component, with), engine::Kind::refused)
                .remedy(fmt::format("--remove {} takes it along", with));
        }
}

// Numbers that are not the manifest's: the operator's of before, and those that the answers have
// for what is new or moves.
std::map<std::string, std::uint16_t> own_ports(const Manifest& manifest, const Modification& change,
                                               const std::optional<Answers>& answers) {
    const auto before = ports_of(manifest, change.before.components, {});
    const auto after = ports_of(manifest, change.after.components, {});
    std::map<std::string, std::uint16_t> own;
    for (const auto& [name, number] : change.before.ports)
        if (const auto usual = before.find(name); usual != before.end() && usual->second != number)
            own[name] = number;
    if (!answers)
        return own;
    for (const auto& [name, number] : answers->ports) {
        const auto usual = before.find(name);
        const auto now = after.find(name);
        if (now != after.end() && (usual == before.end() || usual->second != now->second))
            own[name] = number;
    }
    return own;
}

// Components of both; services of a manifest are of components.
std::map<std::string, cluster::ServiceChoice> choices(const Manifest& manifest,
                                                      const Modification& change,
                                                      const std::optional<Answers>& answers) {
    std::map<std::string, cluster::ServiceChoice> all;
    for (const suite::Service& service : manifest.services) {
        const auto& from = contains(change.added, service.component) && answers
                               ? answers->services
                               : change.before.services;
        if (const auto choice = from.find(service.name);
            choice != from.end() && change.after.has(service.component))
            all.insert(*choice);
    }
    return all;
}

} // namespace

bool Modification::had(suite::Role role) const {
    return contains(roles_before, suite::name(role));
}

bool Modification::has(suite::Role role) const {
    return contains(roles_after, suite::name(role));
}

bool Modification::gains_server() const {
    return !had(suite::Role::server) && has(suite::Role::server);
}

bool Modification::loses_server() const {
    return had(suite::Role::server) && !has(suite::Role::server);
}

Modification modification(const Manifest& manifest, const NodeState& before,
                          const Selection& selection, const std::optional<Answers>& answers) {
    for (const std::string& component : selection.add)
        if (contains(selection.remove, component))
            throw Error(component + " is to be added and to be removed", engine::Kind::usage)
                .remedy("give one of the two options for it");
    Modification change;
    change.before = before;
    change.after = before;
    change.after.components = selected(manifest, before, selection);
    require_removable(manifest, selection, change.after);
    for (const std::string& component : change.after.components)
        (before.has(component) ? change.kept : change.added).push_back(component);
    for (const std::string& component : before.components)
        if (!change.after.has(component))
            change.removed.push_back(component);
    change.after.ports =
        ports_of(manifest, change.after.components, own_ports(manifest, change, answers));
    // A port that a later version brought has no number here, and gets none by the way.
    for (const suite::Port& port : manifest.ports)
        if (contains(change.kept, port.component) && !before.ports.contains(port.name))
            change.after.ports.erase(port.name);
    change.after.services = choices(manifest, change, answers);
    change.roles_before = roles_of(manifest, before.components);
    change.roles_after = roles_of(manifest, change.after.components);
    return change;
}

std::vector<MovedPort> moved_ports(const Manifest& manifest, const Modification& change) {
    std::vector<MovedPort> moved;
    for (const auto& [name, from] : change.before.ports)
        if (const auto to = change.after.ports.find(name);
            to != change.after.ports.end() && to->second != from)
            if (const suite::Port* port = port_of(manifest, name))
                moved.push_back({name, port->component, from, to->second});
    return moved;
}

std::vector<PortRule> rules_after(const Manifest& manifest, const Modification& change,
                                  const std::vector<PortRule>& before,
                                  const std::map<std::string, Clients>& answers) {
    FirewallAnswer answer;
    answer.rules = answers;
    answer.manage = true;
    // Those of before are the operator's word: a port without a rule is closed.
    const auto keep = [&](const std::string& name) {
        const auto rule = std::find_if(before.begin(), before.end(),
                                       [&](const PortRule& one) { return one.name == name; });
        answer.rules[name] = rule == before.end() ? Clients{Clients::Who::nobody} : rule->from;
    };
    keep("agent");
    for (const auto& [name, number] : change.before.ports)
        keep(name);
    return port_rules(manifest, change.after.ports, change.after.agent_port, answer);
}

std::vector<Finding> unused_firewall_answers(const Modification& change,
                                             const FirewallRecord& record,
                                             const FirewallAnswer& answer) {
    std::vector<Finding> findings;
    const auto add = [&](std::string found, std::string expected, std::string remedy) {
        findings.push_back({"firewall-answer", engine::Severity::warning, std::move(found),
                            std::move(expected), std::move(remedy)});
    };
    if (record.manage && !answer.manage)
        add("manage = false in [firewall]",
            "manage = true, as this node was installed: its rules stay",
            "to have the firewall left alone: locum uninstall, and install it so");
    const auto ours = [&](const std::string& port) {
        return port == "agent" || change.after.ports.contains(port);
    };
    for (const auto& [port, clients] : answer.rules) {
        const std::string said =
            fmt::format("{} = {} in [firewall.rules]", port, as_answered(clients));
        if (!ours(port))
            continue;
        if (!record.manage) {
            add(said, "none, since this node was installed with manage = false",
                "let the port be open yourself; or: locum uninstall, and install it without that");
            continue;
        }
        const auto rule = std::find_if(record.rules.begin(), record.rules.end(),
                                       [&](const PortRule& one) { return one.name == port; });
        const Clients now = rule == record.rules.end() ? Clients{Clients::Who::nobody} : rule->from;
        if ((port == "agent" || change.before.ports.contains(port)) && now != clients)
            add(said, as_answered(now) + ", which the port has and keeps",
                "to change it: locum uninstall, and install it so");
    }
    return findings;
}

std::string options_of(const Selection& selection) {
    std::string text;
    for (const std::string& component : selection.add)
        text += " --add " + component;
    for (const std::string& component : selection.remove)
        text += " --remove " + component;
    return text;
}

std::string in_words(const Modification& change) {
    std::vector<std::string> parts;
    if (!change.added.empty())
        parts.push_back(fmt::format("add {}", fmt::join(change.added, " and ")));
    if (!change.removed.empty())
        parts.push_back(fmt::format("remove {}", fmt::join(change.removed, " and ")));
    return fmt::format("{}", fmt::join(parts, ", "));
}

} // namespace locum::installer
