#pragma once
// What an upgrade that was rehearsed took: durations, locks, space.

#include "cluster/operations.hpp"

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace locum::upgrade {

// The longest time without a break for which one table was locked.
struct LongestLock {
    std::string table; // empty: none was seen
    std::int64_t ms = 0;
    bool operator==(const LongestLock&) const = default;
};

// Of the migration of the productive database, as seen by one who looked again and again. Never
// told shorter than it was, and longer by two looks at most.
struct Locks {
    LongestLock writing; // nobody else could write it
    LongestLock reading; // nor read it
    // The longest time between two looks: a shorter lock may not have been seen.
    std::int64_t resolution_ms = 0;
    bool operator==(const Locks&) const = default;
};

// Bytes. Of the throw-away database that was upgraded, of the backup, and of the largest copy after
// the upgrade; 0: none was made.
struct Space {
    std::uint64_t before = 0;
    std::uint64_t after = 0;
    std::uint64_t backup = 0;
    std::uint64_t largest_copy = 0;
    bool operator==(const Space&) const = default;
};

struct Measured {
    std::uint64_t database_bytes = 0; // of the database that was copied, or before
    std::int64_t upgrade_ms = 0;      // from the first step's begin until the last one's end
    std::int64_t longest_copy_ms = 0; // of one node; 0: none was made
    std::int64_t backup_ms = 0;
    std::int64_t migration_ms = 0; // of the productive database
    // nullopt: not measured, as on an embedded database, or by an earlier version.
    std::optional<Locks> locks;
    std::optional<Space> space;
};

// The durations; the rest is the caller's to fill.
Measured measured(const std::vector<cluster::Moment>& timeline);

nlohmann::json json_of(const Measured& measured);
// Throws nlohmann's exception, or Error, where a figure is missing that every version writes, or is
// none.
Measured measured_from(const nlohmann::json& value);

// For people: durations, locks, space, each in a line.
std::vector<std::string> to_lines(const Measured& measured);

} // namespace locum::upgrade
