#pragma once
// Within rehearse/ only: text between the tags of XML and HTML.

#include <string>
#include <string_view>

namespace locum::rehearse {

// With the five characters escaped that mean something; what XML 1.0 cannot hold at all (control
// characters, bytes that are no UTF-8) becomes '?'.
std::string escaped(std::string_view text);

} // namespace locum::rehearse
