#include "upgrade/gone.hpp"

#include "cluster/admission.hpp"
#include "engine/contains.hpp"
#include "upgrade/steps/balance.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::upgrade {

using installer::Components;

namespace {

std::vector<cluster::Unmet> unmet(const suite::Manifest& manifest, const ComponentsOf& nodes) {
    std::vector<cluster::NodeRow> rows;
    for (const auto& [name, components] : nodes) {
        cluster::NodeRow& row = rows.emplace_back();
        row.name = name;
        row.components = components;
    }
    return cluster::unmet(manifest, rows);
}

std::vector<cluster::Unmet> newly_unmet(const suite::Manifest& manifest, const std::string& node,
                                        const Components& components, const ComponentsOf& others) {
    ComponentsOf all = others;
    all[node] = components;
    const std::vector<cluster::Unmet> before = unmet(manifest, all);
    std::vector<cluster::Unmet> after = unmet(manifest, others);
    std::erase_if(after, [&](const cluster::Unmet& one) {
        return std::any_of(before.begin(), before.end(), [&](const cluster::Unmet& other) {
            return other.node == one.node && other.component == one.component &&
                   other.needed == one.needed;
        });
    });
    return after;
}

// Of the vendor, for the cluster without this node, where it did not hold with it.
std::vector<engine::Finding> new_advice(const suite::Manifest& manifest,
                                        const Components& components,
                                        const std::vector<Components>& others) {
    const auto before = installer::advice_findings(manifest, components, others);
    auto after = installer::advice_findings(manifest, {}, others);
    std::erase_if(after, [&](const engine::Finding& finding) {
        return std::any_of(before.begin(), before.end(), [&](const engine::Finding& other) {
            return other.remedy == finding.remedy;
        });
    });
    return after;
}

} // namespace

std::vector<std::string> noticed_when_gone(const suite::Manifest& manifest, const std::string& node,
                                           const Components& components,
                                           const std::optional<ComponentsOf>& others) {
    std::optional<std::vector<Components>> rest;
    if (others) {
        rest.emplace();
        for (const auto& [name, has] : *others)
            rest->push_back(has);
    }
    std::vector<std::string> all;
    if (manifest.balancing && engine::contains(components, manifest.balancing->component))
        all.push_back(steps::balancer_goes(manifest.balancing->component, node, rest));
    if (!rest)
        return all;
    for (const cluster::Unmet& one : newly_unmet(manifest, node, components, *others))
        all.push_back(fmt::format("{} on {} needs {}, which no node has then", one.component,
                                  one.node, one.needed));
    for (const engine::Finding& finding : new_advice(manifest, components, *rest))
        all.push_back(fmt::format("{} then, and the vendor advises {}: {}", finding.found,
                                  finding.expected, finding.remedy));
    return all;
}

} // namespace locum::upgrade
