#include "upgrade/report.hpp"

#include "engine/step.hpp"

namespace locum::upgrade {

namespace {

// The node and the action of "node-1/drain", "node-1.return/undrain" or "outage/drain-node-1".
struct Named {
    std::string node;
    std::string action;
};

Named named(const std::string& step) {
    constexpr std::string_view outage = "outage/drain-";
    if (step.starts_with(outage))
        return {step.substr(outage.size()), "drain"};
    const std::string group(engine::group_of(step));
    const std::string action = group.size() < step.size() ? step.substr(group.size() + 1) : "";
    for (std::string_view suffix : {std::string_view(".return"), std::string_view(".last")})
        if (group.ends_with(suffix))
            return {group.substr(0, group.size() - suffix.size()), action};
    return {group, action};
}

} // namespace

Report report(const std::vector<cluster::Moment>& timeline) {
    Report report;
    std::map<std::string, std::int64_t> out_since;
    std::optional<std::int64_t> outage_since;
    for (const cluster::Moment& moment : timeline) {
        const Named step = named(moment.step);
        if (step.action == "drain" && moment.mark == engine::Mark::intent) {
            out_since.try_emplace(step.node, moment.at_ms);
            if (moment.step.starts_with("outage/") && !outage_since)
                outage_since = moment.at_ms;
        }
        const bool back = (step.action == "undrain" && moment.mark == engine::Mark::done) ||
                          (step.action == "drain" && moment.mark == engine::Mark::undone);
        if (back && out_since.contains(step.node)) {
            report.out_of_rotation_ms[step.node] += moment.at_ms - out_since.at(step.node);
            out_since.erase(step.node);
            if (outage_since)
                report.outage_ms = report.outage_ms.value_or(0) + moment.at_ms - *outage_since;
            outage_since.reset();
        }
    }
    return report;
}

} // namespace locum::upgrade
