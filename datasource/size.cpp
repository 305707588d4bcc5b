#include "datasource/size.hpp"

#include "platform/tree.hpp"

namespace locum::datasource {

std::uint64_t database_bytes(Connection& connection, const Settings& settings) {
    if (settings.kind == Kind::sqlite)
        return platform::look_at(platform::canonical(settings.file)).value().size;
    return std::stoull(
        connection.query("SELECT pg_database_size(current_database())")[0][0].value());
}

} // namespace locum::datasource
