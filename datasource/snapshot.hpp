#pragma once
// Within datasource/ only: PostgreSQL as it is at one moment, for as long as a copy takes.

#include "datasource/stream.hpp"

#include <cstdint>
#include <map>
#include <memory>

namespace locum::datasource {

// All connections are in one snapshot; tables are locked against changes of their definition.
struct Snapshot {
    std::unique_ptr<Connection> main;
    std::vector<std::unique_ptr<Connection>> readers;
    Schema schema;
    std::vector<std::int64_t> blocks; // of each table, without large values kept apart
    std::int64_t taken_ms = 0;        // Unix time by the server's clock, just before
    std::uint64_t source_bytes = 0;   // of the tables with their indexes
};

// With as many readers as the tables are worth.
Snapshot take_snapshot(const Settings& settings);

// The tables, the large ones in parts, in an order in which the parts of a table follow each other.
// selections: of each table of the snapshot's schema.
std::vector<CopyJob> copy_jobs(Snapshot& snapshot, const std::vector<std::string>& selections);

// The id that the identity column's sequence assigned last, or the one before its first.
std::int64_t last_assigned(Connection& connection, const Column& column);

} // namespace locum::datasource
