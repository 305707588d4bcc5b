#include "datasource/identity.hpp"

#include "datasource/embedded.hpp"

#include <fmt/format.h>

namespace locum::datasource {

std::string place(const Settings& settings) {
    if (settings.kind == Kind::sqlite)
        return settings.file;
    const bool bare = settings.host.find(':') == std::string::npos;
    return fmt::format("{}:{}/{}", bare ? settings.host : "[" + settings.host + "]", settings.port,
                       settings.database);
}

std::string identity(Connection& connection, const Settings& settings) {
    if (settings.kind == Kind::sqlite)
        return settings.file;
    return connection.query(embedded::identity_sql).at(0).at(0).value_or("");
}

} // namespace locum::datasource
