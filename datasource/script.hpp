#pragma once
// Within datasource/ only: what can be told of a PostgreSQL script without running it.

#include <string>
#include <string_view>

namespace locum::datasource {

// The first statement that begins or ends a transaction ("COMMIT"); "" where there is none. Knows
// strings, dollar quotes, comments and the bodies of BEGIN ATOMIC … END.
std::string transaction_statement(std::string_view sql);

} // namespace locum::datasource
