#include "installer/resources/firewall.hpp"

#include "installer/firewall_change.hpp"

#include <fmt/format.h>

namespace locum::installer {

using engine::Finding;
using engine::Severity;
using platform::FirewallRule;

std::vector<Finding> firewall_drift(const cluster::Layout& layout, const FindFirewall& find) {
    const std::optional<FirewallRecord> record = load_firewall(layout);
    if (!record || !record->manage)
        return {};
    const std::optional<platform::Firewall> firewall = find();
    const std::string now = firewall ? firewall->name : "";
    std::vector<Finding> findings;
    if (now != record->set_on)
        findings.push_back({"firewall", Severity::warning,
                            now.empty() ? "no firewall is in force" : now + " is in force",
                            record->set_on.empty() ? "none, as when the rules were set last"
                                                   : record->set_on + ", which has the rules",
                            "locum repair"});
    if (!firewall)
        return findings;
    const platform::FirewallDifference difference =
        firewall->compare(admitted(layout, record->rules, record->members));
    for (const FirewallRule& rule : difference.missing)
        findings.push_back({"firewall", Severity::error,
                            fmt::format("{} has no rule for {}", now, in_words(rule)),
                            "that it is let in", "locum repair"});
    for (const FirewallRule& rule : difference.surplus)
        findings.push_back({"firewall", Severity::error,
                            fmt::format("{} lets in {} by a rule of Locum's", now, in_words(rule)),
                            "no such rule", "locum repair"});
    return findings;
}

// Nothing of this is Locum's to put right.
std::vector<Finding> firewall_hindrances(const cluster::Layout& layout, const FindFirewall& find) {
    const std::optional<FirewallRecord> record = load_firewall(layout);
    if (!record || !record->manage)
        return {};
    const std::optional<platform::Firewall> firewall = find();
    if (!firewall || !firewall->hindrances)
        return {};
    std::vector<Finding> findings = firewall->hindrances(resolved(record->rules, record->members));
    for (Finding& finding : findings)
        finding.severity = Severity::warning;
    return findings;
}

namespace resources {

using engine::Reporter;

Resource firewall(const InstalledNode& node) {
    const cluster::Layout& layout = node.layout;
    return {"firewall",
            "the rules of the host's firewall",
            "",
            [&layout] {
                std::vector<Drift> drifts;
                for (engine::Finding& finding : firewall_drift(layout, host_firewall(layout)))
                    drifts.push_back({std::move(finding), false});
                for (engine::Finding& finding : firewall_hindrances(layout, host_firewall(layout)))
                    drifts.push_back({std::move(finding), false});
                return drifts;
            },
            [&layout](Reporter&) {
                const platform::Lock lock = hold_firewall(layout);
                if (const auto record = load_firewall(layout); record && record->manage)
                    apply_firewall(layout, *record, host_firewall(layout));
            },
            [&layout] { return load_firewall(layout).has_value(); },
            [&layout](Reporter&) { remove_firewall(layout); }};
}

} // namespace resources

} // namespace locum::installer
