#pragma once
// Within datasource/ only: how PostgreSQL's programs get a password, and no one else.

#include "datasource/connection.hpp"
#include "platform/secret_file.hpp"

namespace locum::datasource {

// For PGPASSFILE: the password of Locum's account on this server, for each of its databases. Throws
// Error(refused) for a password that libpq's format cannot hold.
platform::SecretFile password_file(const Settings& settings);

} // namespace locum::datasource
