#pragma once
// What an upgrade cost, measured: from the moments that its journal has, by the database's clock.

#include "cluster/operations.hpp"

#include <map>
#include <optional>

namespace locum::upgrade {

struct Report {
    std::map<std::string, std::int64_t>
        out_of_rotation_ms; // by node: drained until in rotation, all times added
    // Short downtime: from the first drain until the first server is back, of all attempts.
    std::optional<std::int64_t> outage_ms;
};

Report report(const std::vector<cluster::Moment>& timeline);

} // namespace locum::upgrade
