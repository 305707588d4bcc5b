#include "datasource/locks.hpp"

#include "datasource/embedded.hpp"

namespace locum::datasource {

std::vector<LockedTable> locked_tables(Connection& connection) {
    if (connection.kind() == Kind::sqlite)
        return {};
    std::vector<LockedTable> tables;
    for (const Row& row : connection.query(embedded::locks_sql))
        tables.push_back({row.at(0).value(), row.at(1) == "t"});
    return tables;
}

} // namespace locum::datasource
