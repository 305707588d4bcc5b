#pragma once
// What a database that was restored from a dump is behind in.

#include "datasource/connection.hpp"

#include <cstdint>
#include <string>

namespace locum::cluster {

// Whoever takes the lease next gets an epoch above this one, which agents have been told. Changes
// nothing where that is so, or where somebody holds the lease.
void raise_epoch(const datasource::Settings& settings, const std::string& suite,
                 std::uint64_t above);

} // namespace locum::cluster
