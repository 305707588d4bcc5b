#pragma once
// Who works on the productive database, and from where.

#include "datasource/connection.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace locum::datasource {

struct ClientSession {
    std::int64_t pid = 0;    // of its process on the database server
    std::string application; // as it calls itself; may be empty
    std::string address;     // as the database server sees it; empty: a socket of its own host
};

// The other sessions of this connection's account on its database. SQLite: none.
std::vector<ClientSession> client_sessions(Connection& connection);

// This connection's own address as the database server sees it; empty: a socket of its own host,
// or SQLite.
std::string seen_address(Connection& connection);

} // namespace locum::datasource
