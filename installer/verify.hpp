#pragma once
// `locum verify`: every resource of the inventory, held against the world.

#include "installer/resource.hpp"

#include <vector>

namespace locum::installer {

struct Verified {
    const Resource* resource = nullptr;
    std::vector<Drift> drifts; // never empty

    // Something differs; else it only cannot be told.
    bool differs() const;
    bool differs_in_use() const;
};

// Of those that have drifted, in their order; the resources must outlive it. What throws cannot be
// told.
std::vector<Verified> verify(const std::vector<Resource>& resources);

} // namespace locum::installer
