#include "datasource/objects.hpp"

#include "datasource/embedded.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace locum::datasource {

std::vector<Object> objects(Connection& connection) {
    std::vector<Object> all;
    if (connection.kind() == Kind::postgresql) {
        for (const Row& row : connection.query(embedded::objects_sql))
            all.push_back({row.at(0).value_or(""), row.at(1).value_or("")});
        return all;
    }
    for (const Row& row : connection.query("SELECT type, name FROM sqlite_schema "
                                           "WHERE type IN ('table', 'view') AND name NOT LIKE "
                                           "'sqlite\\_%' ESCAPE '\\' ORDER BY type DESC, name"))
        all.push_back({row.at(0).value_or(""), quoted(row.at(1).value_or(""))});
    return all;
}

void drop_all_but(Connection& connection, const std::vector<Object>& before) {
    const bool sqlite = connection.kind() == Kind::sqlite;
    if (sqlite)
        connection.script("PRAGMA foreign_keys = OFF"); // its tables go in any order
    Transaction transaction(connection);
    for (const Object& object : objects(connection))
        if (std::find(before.begin(), before.end(), object) == before.end())
            // IF EXISTS: it may have gone with another one.
            connection.script(fmt::format("DROP {} IF EXISTS {}{}", object.kind, object.identity,
                                          sqlite ? "" : " CASCADE"));
    transaction.commit();
}

} // namespace locum::datasource
