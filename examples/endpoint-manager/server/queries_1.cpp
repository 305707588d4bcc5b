#include "examples/endpoint-manager/server/queries.hpp"

namespace endpoint {

const Queries& queries() {
    static constexpr Queries result{
        .product = "1.0",
        .schema = "1.0",
        .probe = "SELECT settings FROM profile ORDER BY id LIMIT 1",
        .device_config = "SELECT d.id, p.id, p.version, p.settings FROM device d "
                         "JOIN profile p ON p.id = d.profile WHERE d.id = $1",
        .profile = "SELECT version, settings FROM profile WHERE id = $1",
        .next_version =
            "UPDATE profile SET version = version + 1, changed_at = $3, changed_by = $4 "
            "WHERE id = $1 AND version = coalesce(CAST($2 AS bigint), version) "
            "RETURNING version",
        .write_value = "UPDATE profile SET settings = $3 WHERE id = $1 AND version = $2",
    };
    return result;
}

} // namespace endpoint
