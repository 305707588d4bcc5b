#include "examples/endpoint-manager/server/queries.hpp"

namespace endpoint {

const Queries& queries() {
    static constexpr Queries result{
        .product = "2.0",
        .schema = "2.0",
        .probe = "SELECT value FROM profile_revision ORDER BY profile, version LIMIT 1",
        .device_config =
            "SELECT d.id, p.id, p.current_version, r.value FROM device d "
            "JOIN profile p ON p.id = d.profile "
            "JOIN profile_revision r ON r.profile = p.id AND r.version = p.current_version "
            "WHERE d.id = $1",
        .profile = "SELECT p.current_version, r.value FROM profile p "
                   "JOIN profile_revision r ON r.profile = p.id AND r.version = p.current_version "
                   "WHERE p.id = $1",
        .next_version =
            "UPDATE profile SET current_version = current_version + 1, "
            "changed_at = $3, changed_by = $4 "
            "WHERE id = $1 AND current_version = coalesce(CAST($2 AS bigint), current_version) "
            "RETURNING current_version",
        .write_value =
            "INSERT INTO profile_revision (profile, version, value, changed_at, changed_by) "
            "SELECT id, current_version, CAST($3 AS text), changed_at, changed_by FROM profile "
            "WHERE id = $1 AND current_version = $2",
    };
    return result;
}

} // namespace endpoint
