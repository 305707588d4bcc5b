#include "upgrade/gone.hpp"

#include "cluster/admission.hpp"
#include "installer/requirements.hpp"
#include "upgrade/steps/balance.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::upgrade {

using cluster::NodeRow;

namespace {

std::vector<cluster::Unmet> newly_unmet(const suite::Manifest& manifest, const NodeRow& node,
                                        const std::vector<NodeRow>& others) {
    std::vector<NodeRow> all = others;
    all.push_back(node);
    const std::vector<cluster::Unmet> before = cluster::unmet(manifest, all);
    std::vector<cluster::Unmet> after = cluster::unmet(manifest, others);
    std::erase_if(after, [&](const cluster::Unmet& one) {
        return std::any_of(before.begin(), before.end(), [&](const cluster::Unmet& other) {
            return other.node == one.node && other.component == one.component &&
                   other.needed == one.needed;
        });
    });
    return after;
}

// Of the vendor, for the cluster without this node, where it did not hold with it.
std::vector<engine::Finding> new_advice(const suite::Manifest& manifest, const NodeRow& node,
                                        const std::vector<NodeRow>& rows) {
    std::vector<installer::Components> others;
    for (const NodeRow& row : rows)
        others.push_back(row.components);
    const auto before = installer::advice_findings(manifest, node.components, others);
    auto after = installer::advice_findings(manifest, {}, others);
    std::erase_if(after, [&](const engine::Finding& finding) {
        return std::any_of(before.begin(), before.end(), [&](const engine::Finding& other) {
            return other.remedy == finding.remedy;
        });
    });
    return after;
}

} // namespace

std::vector<std::string> noticed_when_gone(const suite::Manifest& manifest, const NodeRow& node,
                                           const std::vector<NodeRow>& others) {
    std::vector<std::string> all;
    if (manifest.balancing && node.has(manifest.balancing->component))
        all.push_back(steps::balancer_goes(manifest.balancing->component, node.name, others));
    for (const cluster::Unmet& one : newly_unmet(manifest, node, others))
        all.push_back(fmt::format("{} on {} needs {}, which no node has then", one.component,
                                  one.node, one.needed));
    for (const engine::Finding& finding : new_advice(manifest, node, others))
        all.push_back(fmt::format("{} then, and the vendor advises {}: {}", finding.found,
                                  finding.expected, finding.remedy));
    return all;
}

} // namespace locum::upgrade
