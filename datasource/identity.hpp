#pragma once
// Which database it is that settings lead to.

#include "datasource/connection.hpp"

#include <string>

namespace locum::datasource {

// Where they lead to, without accounts: "db.example.com:5432/endpoint", or the embedded one's file.
std::string place(const Settings& settings);

// The same text where it is the same database, whatever address it is reached by: the server's
// process and the database in it, not a replica or a copy. Another one after the server's restart.
std::string identity(Connection& connection, const Settings& settings);

} // namespace locum::datasource
