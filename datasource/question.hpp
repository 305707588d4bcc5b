#pragma once
// One statement that only reads, on a database that may be at work or hang: all of it, connecting
// included, has a time limit.

#include "datasource/connection.hpp"

namespace locum::datasource {

// The first column of the first row, as text; nullopt: there is no row. What the statement would
// write is refused by the engine. Throws Error where it cannot be asked, fails or takes too long.
std::optional<Field> first_value(const Settings& settings, const Account& account,
                                 const std::string& sql, const std::string& application_name,
                                 std::chrono::milliseconds limit);

} // namespace locum::datasource
