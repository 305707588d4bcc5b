#pragma once
// A backup of the productive database before it is migrated, proven readable.

#include "datasource/connection.hpp"
#include "engine/check.hpp"

#include <functional>
#include <string>
#include <vector>

namespace locum::datasource {

struct Backup {
    std::string file;
    std::uint64_t bytes = 0;
    std::string restore_command; // to be printed; holds no secret
};

// PostgreSQL: pg_dump -Fc, verified by reading its table of contents (pg_restore --list). SQLite:
// VACUUM INTO, verified by integrity_check. Without Locum's own schema. Made under a fresh name,
// synced, renamed, 0600. cancelled, where it is given, is asked often meanwhile: true throws
// Error(cancelled), and leaves nothing.
Backup back_up(const Settings& settings, const std::string& file,
               const std::function<bool()>& cancelled = {});

// What would keep back_up() from making a file in the folder, which need not be there yet:
// "backup-tool" (PostgreSQL: pg_dump or pg_restore is missing, or older than the server) and
// "backup-space" (less is free than the database has, of which a backup takes at most about as
// much; times: than so many of it, where more than the backup is to be made there). Changes
// nothing. Throws Error where the database cannot be asked.
std::vector<engine::Finding> check_backup(const Settings& settings, const std::string& folder,
                                          unsigned times = 1);

} // namespace locum::datasource
