#pragma once
// A backup of the productive database before it is migrated, proven readable.

#include "datasource/connection.hpp"

#include <string>

namespace locum::datasource {

struct Backup {
    std::string file;
    std::uint64_t bytes = 0;
    std::string restore_command; // to be printed; holds no secret
};

// PostgreSQL: pg_dump -Fc, verified by reading its table of contents (pg_restore --list). SQLite:
// VACUUM INTO, verified by integrity_check. Without Locum's own schema. Made under a fresh name,
// synced, renamed, 0600.
Backup back_up(const Settings& settings, const std::string& file);

} // namespace locum::datasource
