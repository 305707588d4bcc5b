#pragma once
// Shuts the old application out of the productive database, and proves that it is out.

#include "datasource/connection.hpp"

#include <chrono>

namespace locum::datasource {

// PostgreSQL: the application account loses the right to connect: REVOKE CONNECT from it and
// PUBLIC, committed, with what was taken kept in schema locum__fence; unfence() gives back exactly
// that. Other accounts that may connect through PUBLIC only are out as well while the fence is up.
// Locum's account keeps its right as the owner. fence() throws Error(refused) where the account
// could still connect (superuser, member of a role that may, Locum's own account). Both may be
// repeated. fenced() asks the database whether the account may connect. SQLite: nothing to do, and
// fenced() is false; see occupants().
void fence(Connection& locum, const Settings& settings);
void unfence(Connection& locum, const Settings& settings);
bool fenced(Connection& locum, const Settings& settings);

// Sessions of the application account on the productive database (PostgreSQL); for SQLite the ids
// of foreign processes that have the file open, found through /proc.
std::vector<std::string> occupants(Connection& locum, const Settings& settings);

// Waits for the application's open transactions at most grace, then ends its sessions, and returns
// when there is no occupant; throws Error(failed) naming those that stay.
void evict(Connection& locum, const Settings& settings, std::chrono::milliseconds grace);

} // namespace locum::datasource
