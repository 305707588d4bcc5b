#pragma once
// What the two accounts may do on the database, checked before anything is changed.

#include "datasource/connection.hpp"
#include "engine/check.hpp"

namespace locum::datasource {

// Findings "datasource-unreachable", "datasource-grants" (the remedy is the SQL to run),
// "datasource-one-account", "datasource-encoding", "datasource-version", and
// "datasource-foreign-schema": tables that are neither the suite's nor Locum's.
std::vector<engine::Finding> check_grants(const Settings& settings);

// Lets the application's account read and write every table of schema public, those that are there
// and those that Locum's account makes later, so that migrations need not know the account.
void allow_application(Connection& locum, const Settings& settings);

} // namespace locum::datasource
