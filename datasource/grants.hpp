#pragma once
// What the two accounts may do on the database, checked before anything is changed.

#include "datasource/connection.hpp"
#include "engine/check.hpp"

namespace locum::datasource {

// Findings "datasource-unreachable", "datasource-grants" (the remedy is the SQL to run),
// "datasource-foreign-schema": tables that are neither the suite's nor Locum's.
std::vector<engine::Finding> check_grants(const Settings& settings);

} // namespace locum::datasource
