#pragma once
// Update mode, first form: triggers that make a copy read-only, but for node-local tables.

#include "datasource/connection.hpp"

#include <set>
#include <string>

namespace locum::datasource {

// The text of the error that a guarded write gets; applications may look for it.
inline constexpr std::string_view guard_message = "locum: read-only in update mode";

// BEFORE INSERT, UPDATE and DELETE triggers on every table not named, in one transaction; verified
// by reading them back. Throws Error(refused) for a node-local table that does not exist.
void guard(Connection& copy, const std::set<std::string>& node_local);

// Names of tables that lack one of the three triggers and are not node-local; empty where all is
// well.
std::vector<std::string> unguarded(Connection& copy, const std::set<std::string>& node_local);

} // namespace locum::datasource
