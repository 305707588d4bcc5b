#include "datasource/sessions.hpp"

#include "datasource/embedded.hpp"

namespace locum::datasource {

std::vector<ClientSession> client_sessions(Connection& connection) {
    if (connection.kind() == Kind::sqlite)
        return {};
    // What has happened before in a transaction of the caller's is not to be answered again.
    connection.query("SELECT pg_stat_clear_snapshot()");
    std::vector<ClientSession> sessions;
    for (const Row& row : connection.query(embedded::sessions_sql))
        sessions.push_back({std::stoll(row.at(0).value()), row.at(1).value(), row.at(2).value()});
    return sessions;
}

std::string seen_address(Connection& connection) {
    if (connection.kind() == Kind::sqlite)
        return "";
    return connection.query("SELECT coalesce(host(inet_client_addr()), '')").at(0).at(0).value();
}

} // namespace locum::datasource
