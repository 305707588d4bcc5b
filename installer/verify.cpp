#include "installer/verify.hpp"

#include "engine/error.hpp"

#include <algorithm>

namespace locum::installer {

using engine::Severity;

namespace {

bool is_difference(const Drift& drift) {
    return drift.finding.severity == Severity::error;
}

} // namespace

bool Verified::differs() const {
    return std::any_of(drifts.begin(), drifts.end(), is_difference);
}

bool Verified::differs_in_use() const {
    return std::any_of(drifts.begin(), drifts.end(),
                       [](const Drift& drift) { return drift.in_use && is_difference(drift); });
}

std::vector<Verified> verify(const std::vector<Resource>& resources) {
    std::vector<Verified> all;
    for (const Resource& resource : resources) {
        Verified one{&resource, {}};
        try {
            one.drifts = resource.drift();
        } catch (const engine::Error& error) {
            one.drifts.push_back(
                {{resource.id, Severity::warning, error.one_line(),
                  "an answer to whether it is as it was installed", error.remedy()},
                 false});
        }
        if (!one.drifts.empty())
            all.push_back(std::move(one));
    }
    return all;
}

} // namespace locum::installer
