#pragma once
// The copy: the productive database as one consistent snapshot in a fresh SQLite file.

#include "datasource/schema.hpp"
#include "engine/reporter.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace locum::datasource {

struct CopyRequest {
    Settings source;
    std::string target;    // absolute path of the file; made under a fresh name and renamed
    std::string ddl;       // SQLite DDL given by the suite; empty: derived from the catalog
    Encodings encode;      // of a copy of PostgreSQL
    std::string step_id;   // for Reporter::work
    bool checksums = true; // compare canonical checksums of both sides, in the snapshot
};

struct CopiedTable {
    std::string name;
    std::int64_t rows = 0;
    std::string checksum; // canonical, hex; equal on both sides
};

struct CopyResult {
    std::vector<CopiedTable> tables;
    std::int64_t snapshot_ms =
        0;                   // Unix time in ms, by the database's clock, just before the snapshot
    std::uint64_t bytes = 0; // size of the file
};

// PostgreSQL or SQLite → SQLite. How the values arrive: sqlite_ddl(). timestamptz is UTC without an
// offset ("2024-01-02 03:04:05.123456"). infinity and -infinity are carried and sort rightly; dates
// before year 1 or after 9999, and NaN in a float, are refused by table and column; so is infinity
// where dates are encoded as numbers, and any number that its encoding would change. Identity keys
// go on behind the productive sequence. An SQLite source is copied page by page, with all that is
// in it. The file is 0600; memory is bounded, whatever the number of rows, but for a few times the
// largest value. Throws Error: an obstacle (refused), disk full, checksums that differ, a broken
// foreign key. On failure nothing is left behind; a stale -wal, -shm or -journal beside the target
// is removed before the rename.
CopyResult copy(const CopyRequest& request, engine::Reporter& reporter);

// Removes the file with its -wal, -shm and -journal.
void remove_copy(const std::string& file);

} // namespace locum::datasource
