#pragma once
// What the two accounts may do on the database, checked before anything is changed.

#include "datasource/connection.hpp"
#include "engine/check.hpp"

namespace locum::datasource {

// Findings "datasource-unreachable", "datasource-grants" (the remedy is the SQL to run),
// "datasource-one-account", "datasource-encoding", "datasource-version", and
// "datasource-foreign-schema": tables that are neither the suite's nor Locum's.
std::vector<engine::Finding> check_grants(const Settings& settings);

// Finding "datasource-rights": tables of schema public that the application's account may do
// nothing with, or none that it may change, as after a restore without rights. For a database that
// holds the suite. A right that a migration took from it on purpose is no finding.
std::vector<engine::Finding> check_application_rights(Connection& locum, const Settings& settings);

// Lets the application's account read and write every table of schema public, those that are there
// and those that Locum's account makes later, so that migrations need not know the account.
void allow_application(Connection& locum, const Settings& settings);

// Statements that take back what the application's account may do in schema public, one right each:
// what allow_application() has given is what they are more afterwards. Empty on SQLite, and where
// both accounts are one.
std::vector<std::string> application_rights(Connection& locum, const Settings& settings);

} // namespace locum::datasource
