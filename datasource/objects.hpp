#pragma once
// What is in the suite's part of a database, beyond its tables.

#include "datasource/connection.hpp"

#include <string>
#include <vector>

namespace locum::datasource {

struct Object {
    std::string kind;     // as DROP calls it: "table", "view", "function", "type", "extension", …
    std::string identity; // as DROP takes it, quoted and with argument types: "public.f(integer)"
    auto operator<=>(const Object&) const = default;
};

// PostgreSQL: relations, routines, types and the like of schema public, and the extensions there
// (not what they made). SQLite: tables and views. Without what comes and goes with another object,
// such as indexes, triggers and the sequences of columns.
std::vector<Object> objects(Connection& connection);

// Drops what is there and is not in `before`, with what depends on it; all of it or nothing. On
// SQLite the connection enforces no foreign keys afterwards.
void drop_all_but(Connection& connection, const std::vector<Object>& before);

} // namespace locum::datasource
