#pragma once
// Within suite/ only: what a statement reads, as far as its words tell.

#include <string>
#include <string_view>
#include <vector>

namespace locum::suite {

// Names behind FROM and JOIN, in lower case, without the schema they are qualified by.
std::vector<std::string> sources_of(std::string_view sql);

} // namespace locum::suite
