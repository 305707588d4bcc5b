#pragma once
// What can be told of a migration's SQL without running it. Knows strings, dollar quotes, comments,
// and the bodies of triggers and of BEGIN ATOMIC … END.

#include "datasource/connection.hpp"

#include <string>
#include <string_view>

namespace locum::datasource {

// The script as Locum runs it: in a transaction of Locum's own. for_shell: it was written for psql
// or the sqlite3 shell; what such a file says of transactions, output and foreign keys is taken
// out, blank for character, so that lines stay what they are. Whatever cannot be run so throws
// Error(refused) with file, line and its name.
std::string runnable(std::string_view text, const std::string& file, Kind kind, bool for_shell);

} // namespace locum::datasource
