#pragma once
// Which tables nobody else can use while somebody works on the schema.

#include "datasource/connection.hpp"

#include <string>
#include <vector>

namespace locum::datasource {

// A table that cannot be written.
struct LockedTable {
    std::string name;          // with its schema, where that is not public
    bool from_reading = false; // nor can it be read
    bool operator==(const LockedTable&) const = default;
};

// Those that other sessions of this connection's account have locked just now, or ask to lock.
// SQLite: none, since it tells nobody.
std::vector<LockedTable> locked_tables(Connection& connection);

} // namespace locum::datasource
