#pragma once
// Within datasource/ only: PostgreSQL as it is at one moment, for as long as a copy takes.

#include "datasource/schema.hpp"

#include <cstdint>
#include <map>
#include <memory>

namespace locum::datasource {

// Both connections are in one snapshot; tables are locked against changes of their definition.
struct Snapshot {
    std::unique_ptr<Connection> main;
    std::unique_ptr<Connection> reader;
    Schema schema;
    std::int64_t taken_ms = 0;      // Unix time by the server's clock, just before
    std::uint64_t source_bytes = 0; // of the tables with their indexes
};

Snapshot take_snapshot(const Settings& settings);

// The id that the identity column's sequence assigned last, or the one before its first.
std::int64_t last_assigned(Connection& connection, const Column& column);

} // namespace locum::datasource
