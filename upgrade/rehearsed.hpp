#pragma once
// What a rehearsal on a copy of the productive database has measured, kept on the node whose
// database it was, so that the plan of the same upgrade can show it.

#include "cluster/layout.hpp"
#include "cluster/operations.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace locum::upgrade {

struct Rehearsed {
    std::string when; // UTC, as in RFC 3339
    std::string from;
    std::string to;
    std::string mode;
    bool passed = false;
    std::uint64_t database_bytes = 0; // before
    std::int64_t upgrade_ms = 0;      // from the first step's begin until the last one's end
    std::int64_t longest_copy_ms = 0; // of one node; 0: none was made
    std::int64_t backup_ms = 0;
    // Of the productive database, in one transaction: its locks are held for at most so long.
    std::int64_t migration_ms = 0;
};

// The durations; the rest is the caller's to fill.
Rehearsed measured(const std::vector<cluster::Moment>& timeline);

// The last one of an upgrade to that version. Throw Error where the file cannot be written, or is
// damaged.
void keep_rehearsed(const cluster::Layout& layout, const Rehearsed& rehearsed);
std::optional<Rehearsed> rehearsed_before(const cluster::Layout& layout, const std::string& from,
                                          const std::string& to);

std::string to_json(const Rehearsed& rehearsed);
// For people, in one line.
std::string to_line(const Rehearsed& rehearsed);

} // namespace locum::upgrade
