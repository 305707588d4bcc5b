#pragma once
// How large a database is.

#include "datasource/connection.hpp"

#include <cstdint>

namespace locum::datasource {

// Bytes. The file of an embedded one is not opened for it: on Linux closing it again would take
// away the locks that connections of this process have on it. Throws Error.
std::uint64_t database_bytes(Connection& connection, const Settings& settings);

} // namespace locum::datasource
